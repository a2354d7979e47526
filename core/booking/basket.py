"""Several departures in one basket: a round trip, a journey of several legs. All of them are held, or none.

One transaction locks the schedules in their order, then holds each by the statement of a single hold, in the same order,
so that baskets that cross cannot wait for each other. The reservations have one `basket_id` and one end, the earliest
that their policies allow. From then on they are one thing: extended, given up, released and paid as a whole
(`core.booking.basket_pay`); when the clock runs out it does so for all. Once paid, each is a booking of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.booking.cancel import close
from core.booking.errors import ActiveReservationExists, BadBasket
from core.booking.models import ReservationStatus
from core.booking.offer import read_offer
from core.booking.own import Locked, lock_reservation
from core.booking.parties import Holder
from core.booking.requests import Held, HoldRequest
from core.booking.reserve import active_id, close_stale, take
from core.booking.rules import extended
from core.inventory.locks import prolong
from core.kernel.activity import Actor, record
from core.kernel.db import run, transaction
from core.kernel.errors import Busy, NotFound
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.kernel.outbox import publish

#: More schedules than any journey has; every one of them is locked.
MOST = 8

_LOCK_SCHEDULES = "SELECT 1 FROM schedules WHERE id = ANY(%(ids)s) ORDER BY id FOR KEY SHARE"
_JOIN = """
UPDATE reservations SET basket_id = %(basket_id)s, expires_at = %(expires_at)s WHERE id = %(id)s
"""
_MEMBERS = "SELECT id FROM reservations WHERE basket_id = %(id)s ORDER BY schedule_id"
_EXTEND = """
UPDATE reservations SET expires_at = %(expires_at)s, extensions = extensions + 1 WHERE id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class HeldBasket:
    """What was held together, in the order that was asked for, until `expires_at` (UTC)."""

    id: UUID
    expires_at: datetime
    total: Money
    reservations: tuple[Held, ...]


def reserve_basket(requests: Sequence[HoldRequest], holder: Holder, actor: Actor) -> HeldBasket:
    """Hold all of ``requests`` for ``holder``, or nothing.

    Raises BadBasket (too many, one schedule twice, several currencies) and what `reserve` raises for each of them.
    """
    schedules = [request.schedule_id for request in requests]
    if not 1 <= len(requests) <= MOST:
        raise BadBasket(f"A basket has 1 to {MOST} departures.", most=MOST)
    if len(set(schedules)) < len(schedules):
        raise BadBasket("The same departure is in the basket twice.")
    try:
        with transaction():
            run(_LOCK_SCHEDULES, {"ids": sorted(schedules)})
            held = _hold_all(requests, holder, actor)
            return _join(held, holder, actor)
    except ActiveReservationExists:
        found = [active_id(schedule_id, holder) for schedule_id in schedules]
        raise ActiveReservationExists(reservation_id=next(filter(None, found), None)) from None


def _hold_all(
    requests: Sequence[HoldRequest], holder: Holder, actor: Actor
) -> list[tuple[HoldRequest, Held]]:
    done: dict[UUID, Held] = {}
    for request in sorted(requests, key=lambda each: each.schedule_id):
        close_stale(request.schedule_id, holder)
        held = take(request, holder, actor, read_offer(request.stretch), _in_transaction)
        if held is None:
            raise Busy
        done[request.schedule_id] = held
    return [(request, done[request.schedule_id]) for request in requests]


def _in_transaction(statement: str, values: Any) -> list[Any]:
    return run(statement, values).fetchall()


def _join(held: Sequence[tuple[HoldRequest, Held]], holder: Holder, actor: Actor) -> HeldBasket:
    """One id and one end for all of them."""
    if len({each.quote.currency for _, each in held}) > 1:
        raise BadBasket("These departures are sold in different currencies, so they are bought one by one.")
    basket_id, expires_at = new_id(), min(each.expires_at for _, each in held)
    for _, each in sorted(held, key=lambda pair: pair[0].schedule_id):
        run(_JOIN, {"basket_id": basket_id, "expires_at": expires_at, "id": each.reservation_id})
        if each.expires_at > expires_at:
            prolong(each.reservation_id, expires_at)
    total = Money(sum(each.quote.total for _, each in held), held[0][1].quote.currency)
    after = {
        "reservations": [str(each.reservation_id) for _, each in held],
        "total": total.amount,
        "currency": total.currency,
        "holder": holder.label,
    }
    record(actor, "basket.created", "basket", basket_id, after=after)
    whole = tuple(Held(each.reservation_id, expires_at, each.quote) for _, each in held)
    return HeldBasket(basket_id, expires_at, total, whole)


def lock_members(basket_id: UUID, holder: Holder | None) -> list[Locked]:
    """Lock the reservations of a basket in the order of their schedules. Raises NotFound, also for somebody else's."""
    ids = [row.id for row in run(_MEMBERS, {"id": basket_id}).fetchall()]
    if not ids:
        raise NotFound("There is no such basket.")
    return [lock_reservation(reservation_id, holder) for reservation_id in ids]


def extend_basket(basket_id: UUID, holder: Holder, actor: Actor) -> datetime:
    """More time for all, as each policy allows; returns the new end. Raises NotFound, HoldExpired, NotActive,
    NoMoreExtensions.
    """
    with transaction():
        members = lock_members(basket_id, holder)
        for member in members:
            member.require_open()
        expires_at = min(_extended(member) for member in members)
        prolong_all(members, expires_at)
        run(_EXTEND, {"expires_at": expires_at, "ids": [member.row.id for member in members]})
        before = {"expires_at": members[0].row.expires_at.isoformat()}
        record(
            actor, "basket.extended", "basket", basket_id,
            before=before, after={"expires_at": expires_at.isoformat()},
        )  # fmt: skip
    return expires_at


def _extended(member: Locked) -> datetime:
    row = member.row
    terms = (row.extensions, row.extension_minutes, row.max_extensions)
    return extended(row.expires_at, *terms, member.last_moment)


def prolong_all(members: Sequence[Locked], expires_at: datetime) -> None:
    """Give the holds of all a later end, and tell their watchers. Raises HoldExpired."""
    for member in members:
        member.prolong(expires_at)
        publish("seats.changed", {"schedule_id": str(member.row.schedule_id)})


def cancel_basket(basket_id: UUID, holder: Holder, actor: Actor) -> None:
    """The holder gives up all of it; doing it again, or after its time, changes nothing. Raises NotFound, NotActive."""
    with transaction():
        members = lock_members(basket_id, holder)
        active = [member for member in members if member.row.status == ReservationStatus.ACTIVE]
        if not active:
            if any(member.row.status == ReservationStatus.CONFIRMED for member in members):
                members[0].require_open()
            return
        for member in active:
            close(member, "given up by the holder")
        change = {"before": {"status": "active"}, "after": {"status": "cancelled"}}
        record(actor, "basket.cancelled", "basket", basket_id, **change)
