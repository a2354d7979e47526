"""The public state of every seat of a schedule on every leg, without its holder: what watchers are told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from core.inventory.states import AVAILABLE, BLOCKED, BOOKED, RESERVED
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.errors import NotFound

_WORDS = {"hold": RESERVED, "sold": BOOKED, "blocked": BLOCKED}

_LEGS = text("""
SELECT s.id, p.legs FROM schedules s JOIN patterns p ON p.id = s.pattern_id WHERE s.id = ANY(CAST(:ids AS uuid[]))
""")

_LOCKS = text("""
SELECT schedule_id, seat_id, leg, kind, expires_at FROM seat_locks
WHERE schedule_id = ANY(CAST(:ids AS uuid[])) AND (expires_at IS NULL OR expires_at > app_now())
ORDER BY schedule_id, seat_id, leg
""")


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive legs of a seat in the same state; `to_leg` is the first one after them."""

    from_leg: int
    to_leg: int
    state: str
    held_until: datetime | None = None


#: Seat -> its runs that are not available; a seat that is free on the whole way is not there.
Seats = Mapping[UUID, tuple[Run, ...]]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The states of one schedule with `legs` legs."""

    legs: int
    seats: Seats


def read_states(connection: Connection, schedule_ids: Iterable[UUID]) -> dict[UUID, Scheduled]:
    """The present states of several schedules in two statements; unknown ones are left out."""
    ids = list(schedule_ids)
    legs = {row.id: row.legs for row in connection.execute(_LEGS, {"ids": ids})}
    rows = connection.execute(_LOCKS, {"ids": ids}).all()
    seats: dict[UUID, dict[UUID, tuple[Run, ...]]] = {schedule_id: {} for schedule_id in legs}
    for (schedule_id, seat_id), locks in groupby(rows, key=lambda row: (row.schedule_id, row.seat_id)):
        if schedule_id in seats:
            seats[schedule_id][seat_id] = runs(list(locks))
    return {schedule_id: Scheduled(legs[schedule_id], seats[schedule_id]) for schedule_id in legs}


def runs(locks: Sequence[Row[Any]]) -> tuple[Run, ...]:
    """Locks of one seat, in the order of legs, joined where nothing changes between them."""
    joined: list[Run] = []
    for lock in locks:
        state, until = _WORDS[lock.kind], lock.expires_at
        last = joined[-1] if joined else None
        if last and (last.to_leg, last.state, last.held_until) == (lock.leg, state, until):
            joined[-1] = Run(last.from_leg, lock.leg + 1, state, until)
        else:
            joined.append(Run(lock.leg, lock.leg + 1, state, until))
    return tuple(joined)


def taken_changes(seats: Seats) -> list[dict[str, Any]]:
    """Everything that is not available, as changes: to be applied to a plan that is free."""
    return [_change(seat_id, run) for seat_id, taken in seats.items() for run in taken]


def changed(before: Seats, after: Scheduled) -> list[dict[str, Any]]:
    """For every seat that differs: all of its legs, also those that are available now."""
    seat_ids = [seat for seat in {**before, **after.seats} if before.get(seat) != after.seats.get(seat)]
    return [
        _change(seat_id, run) for seat_id in seat_ids for run in whole(after.seats.get(seat_id, ()), after.legs)
    ]  # fmt: skip


def whole(taken: Sequence[Run], legs: int) -> list[Run]:
    """A seat's runs with the gaps between them filled by available ones."""
    filled: list[Run] = []
    leg = 0
    for run in taken:
        if run.from_leg > leg:
            filled.append(Run(leg, run.from_leg, AVAILABLE))
        filled.append(run)
        leg = run.to_leg
    return [*filled, Run(leg, legs, AVAILABLE)] if leg < legs else filled


def snapshot(schedule_id: UUID) -> dict[str, Any]:
    """The whole state of one schedule for a watcher: everything not named is available. Raises NotFound."""
    found = read_states(db.session.connection(), [schedule_id])
    if schedule_id not in found:
        raise NotFound("There is no such departure.")
    changes = taken_changes(found[schedule_id].seats)
    return {"schedule_id": str(schedule_id), "now": now().isoformat(), "changes": changes}


def _change(seat_id: UUID, run: Run) -> dict[str, Any]:
    return {
        "seat": str(seat_id),
        "from_leg": run.from_leg,
        "to_leg": run.to_leg,
        "state": run.state,
        "held_until": run.held_until.isoformat() if run.held_until else None,
    }
