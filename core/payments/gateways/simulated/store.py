"""What the simulated gateway remembers, in one SQLite file of the data folder: a restart forgets nothing.

Four tables: intents, refunds, refused (refunds that will be made when asked again), and tasks (an outcome that is still to
come, a message that is still to be sent).
Nothing is kept in memory. All methods may be called by any thread.
"""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, Literal

from core.payments.gateways.simulated.behaviours import BEHAVIOURS, DECLINED, Behaviour

#: The oldest are forgotten beyond this, so that the file stays small.
KEPT_INTENTS = 500_000
_FORGET_EVERY = 10_000
#: Seconds between two messages that contradict each other.
_APART = 10

_TABLES = """
CREATE TABLE IF NOT EXISTS intents (
  number INTEGER PRIMARY KEY, reference TEXT UNIQUE NOT NULL, payment_id TEXT UNIQUE NOT NULL,
  amount INTEGER NOT NULL, currency TEXT NOT NULL, method TEXT NOT NULL, description TEXT NOT NULL, return_url TEXT,
  callback_url TEXT NOT NULL, language TEXT NOT NULL, behaviour TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending', decided INTEGER NOT NULL DEFAULT 0, failure TEXT);
CREATE TABLE IF NOT EXISTS refunds (
  refund_id TEXT PRIMARY KEY, reference TEXT UNIQUE NOT NULL, intent TEXT NOT NULL, amount INTEGER NOT NULL,
  currency TEXT NOT NULL, reason TEXT NOT NULL, status TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS refunds_intent ON refunds (intent);
CREATE TABLE IF NOT EXISTS refused (refund_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  detail TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS tasks_due ON tasks (due);
"""

_INTENT_OF = "SELECT * FROM intents WHERE payment_id = ?"

TaskKind = Literal["outcome", "refund", "message"]


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done at a time. `subject` is an intent's reference, a refund's id or an address."""

    id: int
    kind: str
    subject: str
    detail: dict[str, Any]
    attempts: int


class Store:
    """The file and its one connection; `pace` stretches or shrinks every wait."""

    def __init__(self, path: Path, pace: float = 1.0) -> None:
        self.pace = pace
        self._lock = RLock()
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + _TABLES)

    # -- intents -----------------------------------------------------------------------------------

    def create(self, wanted: Mapping[str, Any], behaviour: Behaviour) -> tuple[sqlite3.Row, bool]:
        """The intent of this payment, and whether it is new. A behaviour that decides by itself is set going."""
        with self._writing() as db:
            names = [*wanted, "reference"]
            values = [*wanted.values(), "sim_" + secrets.token_urlsafe(24)]
            marks = ", ".join("?" * len(names))
            made: sqlite3.Row | None = db.execute(
                f"INSERT INTO intents ({', '.join(names)}) VALUES ({marks}) "  # noqa: S608 - own names
                "ON CONFLICT (payment_id) DO NOTHING RETURNING *",
                values,
            ).fetchone()
            if made is None:
                return db.execute(_INTENT_OF, [wanted["payment_id"]]).fetchone(), False
            if behaviour.outcome:
                self._decide(made["reference"], behaviour)
            if made["number"] % _FORGET_EVERY == 0:
                db.execute("DELETE FROM intents WHERE number <= ?", [made["number"] - KEPT_INTENTS])
            return made, True

    def intent(self, reference: str) -> sqlite3.Row | None:
        """The intent with this reference."""
        return self._one("SELECT * FROM intents WHERE reference = ?", reference)

    def intent_of(self, payment_id: str) -> sqlite3.Row | None:
        """The intent of this payment."""
        return self._one(_INTENT_OF, payment_id)

    def decide(self, reference: str, behaviour: Behaviour) -> bool:
        """Somebody has chosen what the payment comes to. False when that was decided before."""
        with self._writing():
            return self._decide(reference, behaviour)

    def _decide(self, reference: str, behaviour: Behaviour) -> bool:
        changed = self._db.execute(
            "UPDATE intents SET decided = 1 WHERE reference = ? AND decided = 0", [reference]
        ).rowcount
        if changed and behaviour.after:
            self._plan(behaviour.after, "outcome", reference, _plan_of(behaviour))
        elif changed:
            self._settle(reference, _plan_of(behaviour))
        return changed > 0

    def settle(self, task: Task) -> None:
        """The time of a planned outcome has come."""
        with self._writing():
            self._settle(task.subject, task.detail)
            self._finish(task)

    def _settle(self, reference: str, plan: Mapping[str, Any]) -> None:
        outcome = plan["outcome"]
        failure = DECLINED if outcome == "failed" else None
        intent = self._db.execute(
            "UPDATE intents SET status = ?, failure = ? WHERE reference = ? AND status = 'pending' RETURNING *",
            [outcome, failure, reference],
        ).fetchone()
        if intent is None:
            return
        after = plan["message_after"]
        message = _message(intent, outcome, intent["amount"] - plan["short_by"])
        for _ in range(plan["copies"]):
            wait = after + _APART if plan["contrary"] == "first" else after
            self._plan(wait, "message", intent["callback_url"], message)
        if plan["contrary"]:
            opposite = _message(intent, "failed" if outcome == "completed" else "completed", intent["amount"])
            wait = after if plan["contrary"] == "first" else after + _APART
            self._plan(wait, "message", intent["callback_url"], opposite)

    # -- refunds -----------------------------------------------------------------------------------

    def refund(self, wanted: Mapping[str, Any]) -> sqlite3.Row | None:
        """The refund of this id, made now unless it is there; None when the intent does not have so much left."""
        with self._writing() as db:
            found: sqlite3.Row | None = self.refund_of(wanted["refund_id"])
            if found:
                return found
            intent = self.intent(wanted["intent"])
            if intent is None or intent["currency"] != wanted["currency"] or intent["status"] != "completed":
                return None
            left = intent["amount"] - self._given_back(wanted["intent"])
            if wanted["amount"] > left:
                return None
            mood = BEHAVIOURS[intent["behaviour"]].refund
            if mood == "refused" or (mood == "refused_once" and self._refuse_once(wanted["refund_id"])):
                return None
            slow = mood in {"slow", "silent"}
            values = [
                *wanted.values(),
                "simr_" + secrets.token_urlsafe(18),
                "pending" if slow else "processed",
            ]
            found = db.execute(
                f"INSERT INTO refunds ({', '.join(wanted)}, reference, status) "  # noqa: S608 - own names
                "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *",
                values,
            ).fetchone()
            if slow:
                self._plan(10, "refund", wanted["refund_id"], {"silent": mood == "silent"})
            return found

    def _refuse_once(self, refund_id: str) -> bool:
        """Whether this refund is asked for the first time."""
        statement = "INSERT OR IGNORE INTO refused (refund_id) VALUES (?)"
        return self._db.execute(statement, [refund_id]).rowcount == 1

    def refund_of(self, refund_id: str) -> sqlite3.Row | None:
        """The refund with this id."""
        return self._one("SELECT * FROM refunds WHERE refund_id = ?", refund_id)

    def settle_refund(self, task: Task) -> None:
        """A slow refund has arrived: say so."""
        with self._writing() as db:
            refund = db.execute(
                "UPDATE refunds SET status = 'processed' WHERE refund_id = ? AND status = 'pending' RETURNING *",
                [task.subject],
            ).fetchone()
            intent = refund and self.intent(refund["intent"])
            if refund and intent and not task.detail.get("silent"):
                message = {
                    "event_id": "evt_" + secrets.token_urlsafe(18),
                    "kind": "refund.processed",
                    "payment_id": intent["payment_id"],
                    "refund_id": refund["refund_id"],
                    "reference": refund["reference"],
                    "amount": {"amount": refund["amount"], "currency": refund["currency"]},
                }
                self._plan(0, "message", intent["callback_url"], message)
            self._finish(task)

    def _given_back(self, reference: str) -> int:
        row = self._one("SELECT coalesce(sum(amount), 0) AS sum FROM refunds WHERE intent = ?", reference)
        return int(row["sum"]) if row else 0

    # -- tasks -------------------------------------------------------------------------------------

    def due(self, but: set[int], limit: int) -> tuple[list[Task], float | None]:
        """Tasks whose time has come, without those at work, and the seconds until the next one (None: there is none)."""
        moment = time.time()
        with self._lock:
            rows = self._db.execute("SELECT * FROM tasks ORDER BY due LIMIT ?", [limit + len(but)]).fetchall()
        ready = [_task(row) for row in rows if row["due"] <= moment and row["id"] not in but]
        later = [row["due"] - moment for row in rows if row["due"] > moment]
        return ready[:limit], min(later, default=None)

    def finish(self, task: Task) -> None:
        """Done, or given up."""
        with self._writing():
            self._finish(task)

    def postpone(self, task: Task, seconds: float) -> None:
        """Try again in so many seconds."""
        with self._writing() as db:
            db.execute(
                "UPDATE tasks SET attempts = attempts + 1, due = ? WHERE id = ?",
                [time.time() + seconds * self.pace, task.id],
            )

    def _plan(self, seconds: float, kind: TaskKind, subject: str, detail: Mapping[str, Any]) -> None:
        self._db.execute(
            "INSERT INTO tasks (due, kind, subject, detail) VALUES (?, ?, ?, ?)",
            [time.time() + seconds * self.pace, kind, subject, json.dumps(detail)],
        )

    def _finish(self, task: Task) -> None:
        self._db.execute("DELETE FROM tasks WHERE id = ?", [task.id])

    # -- the file ----------------------------------------------------------------------------------

    def _one(self, statement: str, value: str) -> sqlite3.Row | None:
        with self._lock:
            row: sqlite3.Row | None = self._db.execute(statement, [value]).fetchone()
            return row

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def _plan_of(behaviour: Behaviour) -> dict[str, Any]:
    names = ("outcome", "message_after", "copies", "contrary", "short_by")
    return {name: getattr(behaviour, name) for name in names}


def _message(intent: sqlite3.Row, outcome: str, amount: int) -> dict[str, Any]:
    return {
        "event_id": "evt_" + secrets.token_urlsafe(18),
        "kind": f"payment.{outcome}",
        "payment_id": intent["payment_id"],
        "reference": intent["reference"],
        "amount": {"amount": amount, "currency": intent["currency"]},
        "failure": DECLINED if outcome == "failed" else None,
    }


def _task(row: sqlite3.Row) -> Task:
    return Task(row["id"], row["kind"], row["subject"], json.loads(row["detail"]), row["attempts"])
