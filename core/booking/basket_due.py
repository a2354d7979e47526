"""What one payment of a basket has to pay for: every reservation of it, each with its own share of the money.

The shares are payments of their own, so that the books, refunds and cancellations of each booking are those of a single
sale, for its own operator. The gateway knows the leading one only, and that for the sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.booking.confirm import confirm
from core.booking.sale import Sale, lock_sale
from core.kernel.activity import SYSTEM, Actor
from core.kernel.db import run
from core.kernel.money import Money
from core.payments import records
from core.payments.words import Account

#: In the order of the house: all schedules before the first reservation.
_LOCK_SCHEDULES = """
SELECT 1 FROM schedules s WHERE s.id IN
  (SELECT r.schedule_id FROM payments p JOIN reservations r ON r.id = p.reservation_id WHERE p.lead_id = %(lead_id)s)
ORDER BY s.id FOR KEY SHARE OF s
"""
_SHARES = """
SELECT p.id, p.reservation_id, p.amount, p.currency FROM payments p JOIN reservations r ON r.id = p.reservation_id
WHERE p.lead_id = %(lead_id)s ORDER BY r.schedule_id
"""
_FAILED = "The payment for the whole basket went back."
_FAIL_OTHERS = """
UPDATE payments SET status = 'failed', settled_at = app_now(), failure = %(failure)s
WHERE lead_id = %(lead_id)s AND id <> lead_id AND status = 'pending'
"""


@dataclass(frozen=True, slots=True)
class Share:
    """What is due for one reservation, under lock."""

    payment_id: UUID
    amount: Money
    sale: Sale

    @property
    def can_be_booked(self) -> bool:
        """Whether the money may still make the booking, and is what it costs."""
        return self.sale.can_be_booked and self.amount == self.sale.total


@dataclass(frozen=True, slots=True)
class Due:
    """All shares of one payment, in the order of the schedules."""

    lead_id: UUID
    shares: Sequence[Share]

    @property
    def total(self) -> Money:
        """What was asked for."""
        amounts = [share.amount for share in self.shares]
        return Money(sum(amount.amount for amount in amounts), amounts[0].currency)

    @property
    def can_be_booked(self) -> bool:
        """Whether all of it can."""
        return all(share.can_be_booked for share in self.shares)

    @property
    def leading(self) -> Sale:
        """The sale of the payment that the gateway knows."""
        return next(share.sale for share in self.shares if share.payment_id == self.lead_id)

    @property
    def obstacle(self) -> Sale:
        """The first sale that cannot be booked, or else the leading one."""
        return next((share.sale for share in self.shares if not share.can_be_booked), self.leading)

    def book(
        self,
        received_in: Account = Account.GATEWAY_RECEIVABLE,
        actor: Actor = SYSTEM,
        *,
        shift_id: UUID | None = None,
    ) -> None:
        """Make all bookings; the leading payment is completed already. Cash has come into the drawer of a shift.

        Raises SeatsGone: then none may be kept.
        """
        for share in self.shares:
            if share.payment_id != self.lead_id:
                records.complete(share.payment_id)
            confirm(share.sale, share.payment_id, received_in, actor, shift_id=shift_id)

    def fail_others(self) -> None:
        """All of the money goes back through the leading payment: nothing came for the others."""
        run(_FAIL_OTHERS, {"lead_id": self.lead_id, "failure": _FAILED})


def lock_due(lead_id: UUID) -> Due:
    """Lock the schedules and the reservations that a payment is for."""
    run(_LOCK_SCHEDULES, {"lead_id": lead_id})
    rows = run(_SHARES, {"lead_id": lead_id}).fetchall()
    shares = [Share(row.id, Money(row.amount, row.currency), lock_sale(row.reservation_id)) for row in rows]
    return Due(lead_id, shares)
