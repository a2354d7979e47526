"""Cancelling a booking or some of its passengers, after a preview of what comes back.

What comes back is decided by the refund ladder that was frozen with the sale. In one transaction the seats are free, the
tickets no longer count, the books take back exactly what is refunded, and the refunds through the paying gateways are
opened. A booking is cancelled when its last passenger is. Asking again for what was done gives what was done.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.booking.cancellation_facts import Bought, lock_booking, read_bought
from core.booking.cancellation_rules import Terms
from core.booking.companions import check_staying
from core.booking.errors import NotCancellable, RefundChanged
from core.booking.giving_back import give_back
from core.booking.rules import clean_text
from core.inventory.locks import free_sold
from core.kernel.activity import Actor, record
from core.kernel.db import run, transaction
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.kernel.outbox import publish
from core.tickets.change import withdraw

_MAX_REASON = 300

_WRITE = """
INSERT INTO cancellations (id, booking_id, operator_id, whole, waived, percent, fee, refund, kept, currency, reason, lines)
VALUES (%(id)s, %(booking_id)s, %(operator_id)s, %(whole)s, %(waived)s, %(percent)s, %(fee)s, %(refund)s, %(kept)s,
  %(currency)s, %(reason)s, %(lines)s::jsonb)
"""
_LEAVE = "UPDATE passengers SET cancellation_id = %(id)s WHERE id = ANY(%(passenger_ids)s)"
_CLOSE = "UPDATE bookings SET status = 'cancelled', cancelled_at = app_now() WHERE id = %(booking_id)s"
_DONE = "SELECT id, refund, currency FROM cancellations WHERE id = %(id)s"


@dataclass(frozen=True, slots=True)
class CancellationLine:
    """What one passenger's cancellation comes to, in minor units."""

    passenger_id: UUID
    place: int
    seat_number: str | None
    paid: int
    refund: int

    @property
    def kept(self) -> int:
        """What does not come back."""
        return self.paid - self.refund

    def as_json(self) -> dict[str, Any]:
        """As kept in `cancellations.lines`."""
        return {"passenger_id": str(self.passenger_id), "place": self.place, "seat_number": self.seat_number,
                "paid": self.paid, "refund": self.refund, "kept": self.kept}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CancellationPreview:
    """What would come back now. `percent` and `fee` (for each passenger) are the ladder's step; `whole`: nobody would be
    left; `at` is the moment it was worked out for.
    """

    booking_id: UUID
    refund: Money
    kept: Money
    percent: int
    fee: Money
    whole: bool
    waived: bool
    lines: tuple[CancellationLine, ...]
    passengers: frozenset[UUID]
    at: datetime


@dataclass(frozen=True, slots=True)
class CancellationDone:
    """A cancellation that was made, and what comes back."""

    cancellation_id: UUID
    refund: Money


def preview(
    booking_id: UUID, passenger_ids: frozenset[UUID] | None = None, *, waive: bool = False
) -> CancellationPreview:
    """What cancelling these passengers (None: everybody who is left) would come to now. Changes nothing.

    Raises what `cancel_booking` raises, except RefundChanged.
    """
    return _preview(read_bought(booking_id), passenger_ids, waive=waive)


def cancel_booking(
    booking_id: UUID,
    actor: Actor,
    reason: str | None = None,
    *,
    passenger_ids: frozenset[UUID] | None = None,
    waive: bool = False,
    agreed: Money | None = None,
    schedule_id: UUID | None = None,
) -> CancellationDone:
    """Cancel these passengers (None: everybody who is left) and give back what the frozen ladder says.

    ``waive`` gives everything back whatever the ladder says. ``agreed`` is the refund that was shown. ``schedule_id``:
    only if the booking is still on this departure. Doing it again
    gives the first one's answer. Raises NotFound, NotCancellable, CancellationClosed, RefundChanged, BadPassenger (reason), and
    CompanionNeedsWheelchair where a companion would be left without the wheelchair's passenger.
    """
    said = clean_text(reason, "reason", _MAX_REASON)
    with transaction():
        lock_booking(booking_id)
        bought = read_bought(booking_id)
        done = _done_before(bought, passenger_ids)
        if done is not None:
            return done
        if schedule_id not in (None, bought.row.schedule_id):
            raise NotCancellable("This booking was moved to another departure.")
        found = _preview(bought, passenger_ids, waive=waive)
        if agreed is not None and agreed != found.refund:
            raise RefundChanged(refund=found.refund.as_json())
        return _carry_out(bought, found, actor, said)


def _preview(bought: Bought, passenger_ids: frozenset[UUID] | None, *, waive: bool) -> CancellationPreview:
    leaving = bought.leaving(passenger_ids, waive=waive)
    check_staying(bought.travelling, [person for person in bought.travelling if person not in leaving])
    terms = bought.terms(waive=waive)
    lines = _lines(bought, leaving, terms)
    refund = sum(line.refund for line in lines)
    return CancellationPreview(
        booking_id=bought.row.id,
        refund=bought.money(refund),
        kept=bought.money(sum(line.kept for line in lines)),
        percent=terms.percent,
        fee=bought.money(terms.fee),
        whole=len(leaving) == len(bought.travelling),
        waived=waive,
        lines=lines,
        passengers=frozenset(line.passenger_id for line in lines),
        at=bought.row.now,
    )


def _lines(bought: Bought, leaving: list[Any], terms: Terms) -> tuple[CancellationLine, ...]:
    """Each passenger's line; together never more than what is left of what was paid."""
    lines = []
    left = bought.left
    for each in leaving:
        paid = bought.paid_by(each)
        refund = min(terms.refund(paid), left)
        left -= refund
        lines.append(CancellationLine(each.id, each.place, each.seat_number, paid, refund))
    return tuple(lines)


def _done_before(bought: Bought, passenger_ids: frozenset[UUID] | None) -> CancellationDone | None:
    """The cancellation of exactly these passengers, or the one that ended the booking."""
    asked = [p for p in bought.passengers if passenger_ids is None or p.id in passenger_ids]
    by = [passenger.cancellation_id for passenger in asked]
    if not by or None in by or (passenger_ids is not None and len(set(by)) > 1):
        return None
    row = run(_DONE, {"id": max(by)}).fetchone()
    return CancellationDone(row.id, Money(row.refund, row.currency)) if row else None


def _carry_out(
    bought: Bought, found: CancellationPreview, actor: Actor, reason: str | None
) -> CancellationDone:
    cancellation_id = new_id()
    _write(bought, found, cancellation_id, reason)
    seats = [p.seat_id for p in bought.travelling if p.id in found.passengers and p.seat_id]
    free_sold(bought.row.reservation_id, seats)
    withdraw(found.passengers)
    for part in bought.parts(found.refund.amount):
        give_back(bought.row, bought.row.quote, part, _told(found, reason), actor, cancellation_id)
    _note(bought, found, cancellation_id, actor, reason)
    publish("booking.cancelled", {"cancellation_id": str(cancellation_id)})
    publish("seats.changed", {"schedule_id": str(bought.row.schedule_id)})
    return CancellationDone(cancellation_id, found.refund)


def _write(bought: Bought, found: CancellationPreview, cancellation_id: UUID, reason: str | None) -> None:
    values = {
        "id": cancellation_id,
        "booking_id": found.booking_id,
        "operator_id": bought.row.operator_id,
        "whole": found.whole,
        "waived": found.waived,
        "percent": found.percent,
        "fee": found.fee.amount,
        "refund": found.refund.amount,
        "kept": found.kept.amount,
        "currency": found.refund.currency,
        "reason": reason,
        "lines": json.dumps([line.as_json() for line in found.lines]),
    }
    run(_WRITE, values)
    run(_LEAVE, {"id": cancellation_id, "passenger_ids": sorted(found.passengers)})
    if found.whole:
        run(_CLOSE, {"booking_id": found.booking_id})


def _told(found: CancellationPreview, reason: str | None) -> str:
    """Why money goes back, in words for the customer."""
    if found.waived and reason:
        return reason
    return "The booking was cancelled." if found.whole else "Part of the booking was cancelled."


def _note(
    bought: Bought, found: CancellationPreview, cancellation_id: UUID, actor: Actor, reason: str | None
) -> None:
    row = bought.row
    left = len(bought.travelling) - len(found.passengers)
    after = {
        "status": "cancelled" if found.whole else row.status,
        "passengers": left,
        "refund": found.refund.amount,
        "currency": row.currency,
        "cancellation_id": str(cancellation_id),
    }
    before = {"status": row.status, "passengers": len(bought.travelling)}
    change = {"before": before, "after": after, "reason": reason}
    action = "booking.cancelled" if found.whole else "booking.partly_cancelled"
    record(actor, action, "booking", row.id, operator_id=row.operator_id, **change)
