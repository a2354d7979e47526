"""Whoever changes something says so in the same transaction: which rows were written by a transaction that wrote nothing into
the activity log, and which entries of the log do not say enough.

A row of PostgreSQL carries the number of the transaction that wrote it last (`xmin`), and so does the entry of the log.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from core.schema import metadata

#: Tables that need no entry, and why.
OF_THEMSELVES = {
    "activity_log": "is the log",
    "outbox": "says who has still to be told, and is tidied up",
    "idempotency_keys": "keeps answers, to give them again",
    "webhook_events": "is a record of its own: what a gateway said, and what came of it",
    "messages": "is a record of its own: what was sent to whom, and how that went",
    "kiosk_agents": "says how a kiosk's devices were when they were heard last",
    "kiosk_commands": "is a record of its own: what a device was told, and what came of it",
    "kiosk_events": "is a record of its own: what a device said",
    "message_attempts": "is a record of its own: each try to send a message",
    "mailbox": "holds the messages themselves where there is no mail server",
    "refresh_tokens": "belongs to a sign-in",
    "timetable_imports": "is a record of its own",
    "waiting_lines": "says who is serving a line in this moment",
}
#: Deeds that change nothing that they name, so there is nothing to say before and after.
EVENTS = {
    "cash.stray",
    "user.signed_in",
    "user.signed_out",
    "message.resent",
    "shift.cash_put_in",
    "shift.cash_taken_out",
}


#: After these nothing is left of what was before.
GONE = (".removed", ".unblocked")


def _tables() -> list[str]:
    return sorted(set(metadata.tables) - OF_THEMSELVES.keys())


#: A payment or refund that was begun and logged gets its number at the gateway afterwards; that changes nothing about it.
_BUT = {
    "payments": " AND NOT (t.status = 'pending' AND EXISTS (SELECT 1 FROM activity_log a"
    " WHERE a.subject_kind = 'payment' AND a.subject_id = t.id::text))",
    "refunds": " AND NOT (t.status = 'pending' AND EXISTS (SELECT 1 FROM activity_log a"
    " WHERE a.subject_kind = 'refund' AND a.subject_id = t.id::text))",
}

_UNLOGGED = " UNION ALL ".join(
    f"SELECT DISTINCT '{name}', xmin::text FROM {name} t"
    " WHERE NOT EXISTS (SELECT 1 FROM activity_log a WHERE a.xmin = t.xmin)" + _BUT.get(name, "")
    for name in _tables()
)
#: How many rows this session has written in its transaction, also those that were undone again.
_WRITTEN = """
SELECT coalesce(sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
  + pg_stat_get_xact_tuples_deleted(oid)), 0)
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_KEY = "tests_unlogged"
_NEWEST = "SELECT coalesce(max(id), 0) FROM activity_log"
_POOR = """
SELECT a.action, a.actor_kind, a.address, a.before, a.after,
  EXISTS (SELECT 1 FROM activity_log o
    WHERE o.id < a.id AND (o.subject_kind, o.subject_id) = (a.subject_kind, a.subject_id)) AS known
FROM activity_log a WHERE a.id > :since
"""


@dataclass
class Logged:
    """Made before a deed; `complaints` afterwards.

    In `one_transaction`, where the test sees all that is written, most looks are saved: most requests are refused.
    """

    connection: Connection
    with_address: bool = True
    one_transaction: bool = False
    before: set[tuple[str, str]] = field(init=False)
    since: int = field(init=False)
    #: Whether the log was told anything; known after `complaints`.
    told: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.before = self._unlogged()
        self.since = self.connection.execute(text(_NEWEST)).scalar_one()

    def complaints(self) -> list[str]:
        """What was written without an entry, and entries without an address, a before or an after."""
        silent = sorted({table for table, _ in self._unlogged() - self.before})
        found = [f"{table} was written, and the log says nothing" for table in silent]
        entries = self.connection.execute(text(_POOR), {"since": self.since}).all()
        self.told = bool(entries)
        for row in entries:
            found += [f"{row.action} does not say {what}" for what in self._missing(row)]
        return found

    def _unlogged(self) -> set[tuple[str, str]]:
        if not self.one_transaction:
            return self._looked_up()
        state = (self.connection.get_transaction(), self.connection.execute(text(_WRITTEN)).scalar_one())
        if self.connection.info.get(_KEY, (None,))[0] != state:
            self.connection.info[_KEY] = (state, self._looked_up())
        return set(self.connection.info[_KEY][1])

    def _looked_up(self) -> set[tuple[str, str]]:
        return {(row[0], row[1]) for row in self.connection.execute(text(_UNLOGGED))}

    def _missing(self, row: Any) -> list[str]:
        missing = []
        if self.with_address and row.actor_kind != "system" and row.address is None:
            missing.append("from which address")
        if row.action not in EVENTS and not row.action.endswith(GONE) and row.after is None:
            missing.append("what is so afterwards")
        if row.action not in EVENTS and row.known and row.before is None:
            missing.append("what was so before")
        return missing
