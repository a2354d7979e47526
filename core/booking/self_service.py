"""What whoever holds a booking may still do with it, and the way by which money would come back to them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from core.booking.cancellation_facts import Bought, read_bought
from core.booking.change import check_open
from core.booking.errors import CancellationClosed, NotCancellable, NotChangeable
from core.kernel.db import db
from core.kernel.money import Money
from core.tickets.models import TicketStatus

_METHODS = text("SELECT id, method FROM payments WHERE id = ANY(:ids)")
_CHANGED = text("SELECT booking_id FROM booking_changes WHERE reservation_id = :id AND done_at IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Possible:
    """Ids of the passengers who can still be cancelled, and of those who can get another seat."""

    cancel: frozenset[UUID]
    change: frozenset[UUID]


def possible(booking_id: UUID) -> Possible:
    """What can be done now. Raises NotFound."""
    bought = read_bought(booking_id)
    return Possible(_cancellable(bought), _changeable(bought))


def _cancellable(bought: Bought) -> frozenset[UUID]:
    leaving = frozenset(p.id for p in bought.travelling if p.ticket_status != TicketStatus.USED)
    try:
        bought.leaving(leaving, waive=False)
        bought.terms(waive=False)
    except (NotCancellable, CancellationClosed):
        return frozenset()
    return leaving


def _changeable(bought: Bought) -> frozenset[UUID]:
    try:
        check_open(bought)
    except NotChangeable:
        return frozenset()
    return frozenset(p.id for p in bought.travelling if p.seat_id and p.ticket_status == TicketStatus.VALID)


def ways_back(booking_id: UUID, refund: Money) -> list[tuple[str, Money]]:
    """By which methods of payment so much of the price would come back, each once. Raises NotFound."""
    bought = read_bought(booking_id)
    parts = bought.parts(refund.amount)
    rows = db.session.execute(_METHODS, {"ids": [part.payment_id for part in parts]})
    methods = {row.id: str(row.method) for row in rows}
    sums: dict[str, int] = {}
    for part in parts:
        method = methods[part.payment_id]
        sums[method] = sums.get(method, 0) + part.amount
    return [(method, bought.money(amount)) for method, amount in sums.items()]


def changed_booking(reservation_id: UUID) -> UUID | None:
    """The booking that was changed by paying for this reservation, or None."""
    found = db.session.execute(_CHANGED, {"id": reservation_id}).scalar()
    return UUID(str(found)) if found else None
