"""The agent's memory on disk: commands that it took, events that the office does not have yet, and marks.

An event, the mark of the device's memory up to which it was read, and the end of its command are written in one
transaction and synced to the disk: however the agent ends, none is lost and none is written twice.
"""

import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, RLock
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, command_id TEXT, data TEXT NOT NULL,
  at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS commands (id TEXT PRIMARY KEY, device TEXT NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,
  until REAL NOT NULL, begun INTEGER NOT NULL DEFAULT 0, ended INTEGER NOT NULL DEFAULT 0, place INTEGER NOT NULL);
"""
_LAST = "last_event"
_KEPT = 500


@dataclass(frozen=True, slots=True)
class Task:
    """A command that was taken and has not ended. `begun`: the device was asked, perhaps by an agent that died."""

    id: str
    device: str
    kind: str
    data: dict[str, Any]
    until: float
    begun: bool

    @property
    def too_late(self) -> bool:
        """Whether it may not be begun any more."""
        return time.time() > self.until


class Journal:
    """One file; used by all threads of the agent."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_TABLES)
        self._lock = RLock()
        self.written = Condition(self._lock)

    def close(self) -> None:
        """Nothing more is read or written."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            self.written.notify_all()

    # -- events --------------------------------------------------------------------------------------

    def write(
        self,
        kind: str,
        command_id: str | None = None,
        data: Mapping[str, Any] | None = None,
        *,
        marks: Mapping[str, int] | None = None,
        ends: Collection[str] = (),
    ) -> None:
        """Note an event under the next number, together with marks, and with the end of commands."""
        with self._writing() as connection:
            number = self.mark(_LAST) + 1
            moment = datetime.now(UTC).isoformat()
            values = (number, kind, command_id, json.dumps(dict(data or {})), moment)
            connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", values)
            self._set({**(marks or {}), _LAST: number})
            for each in ends:
                connection.execute("UPDATE commands SET ended = 1 WHERE id = ?", (each,))

    def waiting(self, limit: int = 50) -> list[dict[str, Any]]:
        """Events that the office does not have yet, in order."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT * FROM events ORDER BY number LIMIT ?", (limit,)
            ).fetchall()
        return [
            {"number": number, "kind": kind, "command_id": command_id, "data": json.loads(data), "at": at}
            for number, kind, command_id, data, at in rows
        ]

    def known(self, last: int) -> None:
        """The office has everything up to this number."""
        with self._writing() as connection:
            connection.execute("DELETE FROM events WHERE number <= ?", (last,))

    def follow(self, last: int) -> None:
        """Go on after the office's last number: what it has is dropped, the rest gets the numbers that follow.

        So a journal that was lost begins anew, and an office that was restored from a backup hears the rest.
        """
        with self._writing() as connection:
            connection.execute("DELETE FROM events WHERE number <= ?", (last,))
            rest = [row[0] for row in connection.execute("SELECT number FROM events ORDER BY number")]
            for place, number in enumerate(rest, start=last + 1):
                connection.execute("UPDATE events SET number = ? WHERE number = ?", (place, number))
            self._set({_LAST: last + len(rest)})

    # -- marks ---------------------------------------------------------------------------------------

    def mark(self, name: str) -> int:
        """The value of a mark, 0 when it was never set."""
        with self._lock:
            row = self._connection.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def _set(self, marks: Mapping[str, int]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?)", list(marks.items()))

    # -- commands ------------------------------------------------------------------------------------

    def take(self, command: Mapping[str, Any]) -> bool:
        """Keep a command of the office. False when it was taken before."""
        with self._writing() as connection:
            place = connection.execute("SELECT coalesce(max(place), 0) + 1 FROM commands").fetchone()[0]
            values = (
                command["id"], command["device"], command["kind"], json.dumps(command["data"]),
                time.time() + command["seconds"], place,
            )  # fmt: skip
            taken = connection.execute(
                "INSERT OR IGNORE INTO commands (id, device, kind, data, until, place) VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
            connection.execute("DELETE FROM commands WHERE ended AND place < ?", (place - _KEPT,))
            return taken.rowcount == 1

    def begin(self, command_id: str, marks: Mapping[str, int] | None = None) -> None:
        """Say that the device is about to be asked, together with marks."""
        with self._writing() as connection:
            connection.execute("UPDATE commands SET begun = 1 WHERE id = ?", (command_id,))
            self._set(marks or {})

    def known_commands(self) -> list[str]:
        """Commands that the office believes to be going on: they are, or it has not heard of their end yet."""
        statement = "SELECT id FROM commands WHERE NOT ended UNION SELECT command_id FROM events WHERE command_id IS NOT NULL"
        with self._lock:
            return [row[0] for row in self._connection.execute(statement)]

    def drop(self, command_id: str) -> None:
        """The office does not know of this command any more, and nothing was begun."""
        with self._writing() as connection:
            connection.execute("UPDATE commands SET ended = 1 WHERE id = ?", (command_id,))

    def tasks(self) -> list[Task]:
        """Commands that have not ended, in the order in which they came."""
        statement = "SELECT id, device, kind, data, until, begun FROM commands WHERE NOT ended ORDER BY place"
        with self._lock:
            rows = self._connection.execute(statement).fetchall()
        return [
            Task(id_, device, kind, json.loads(data), until, bool(begun))
            for id_, device, kind, data, until, begun in rows
        ]
