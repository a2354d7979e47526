"""The machine as a whole: all rules together, what they must have been able to do, and what must be so in the end."""

from core.booking.settle import BOOKED, REFUND_DUE, settle
from core.kernel.db import db
from core.payments.gateways.base import EventKind
from core.payments.refunds import try_again
from tests.core.booking.machine.after_sale import AfterSale
from tests.core.booking.machine.holding import Holding
from tests.core.booking.machine.meanwhile import Meanwhile
from tests.core.booking.machine.paying import Paying
from tests.core.booking.machine.scarce import Scarce
from tests.support.factories import CLERK

#: What the rules attempt: each must have been possible now and then.
DEEDS = {
    "reserve", "extend", "cancel", "release", "begin_payment", "take_cash", "begin_split", "block", "cancel_booking",
    "change_passengers", "change_contact", "move_booking", "cancel_schedule",
    "alter", "reserve_basket", "extend_basket", "cancel_basket", "begin_basket_payment", "take_cash_for_basket", "hold_move",
    "disrupt", "choose", "block_seats", "unblock_seats", "join", "leave", "serve", "chase", "try_again", "preview_swap", "swap",
}  # fmt: skip


class Office(Holding, Paying, AfterSale, Scarce, Meanwhile):
    """All rules together, and what must be so in the end."""

    def teardown(self) -> None:
        """In the end nothing is open."""
        if not hasattr(self, "office"):
            return
        db.session.rollback()
        self.gateway.moods = []
        self.clock.move(hours=25)  # after a day even the last of the tries to give back is due
        for refund_id in self.troubled():
            try_again(refund_id, CLERK)
        for _ in range(3):
            self.cron()
            self.work()
            self.hand_out_cash()
        self.everything_is_true()
        assert self._open("reservations WHERE status = 'active' AND schedule_id = ANY(:schedules)") == 0
        assert self._open("payments WHERE waiting AND operator_id = :operator") == 0
        assert self._open("refunds f JOIN payments p ON p.id = f.payment_id"
                          " WHERE f.status <> 'processed' AND p.operator_id = :operator") == 0  # fmt: skip
        assert self._open("waiting_entries e JOIN reservations r ON r.id = e.reservation_id WHERE e.status = 'offered'"
                          " AND r.expires_at <= app_now() AND e.schedule_id = ANY(:schedules)") == 0  # fmt: skip
        for payment in self.gateway.taken():
            if self.one(
                "SELECT 1 FROM payments WHERE id = :id AND status IN ('pending', 'failed')", id=payment
            ):
                # Whoever pays hours later is told of by the gateway alone.
                late = self.gateway.message(payment, EventKind.PAYMENT_COMPLETED)
                assert settle("proof", late) in {BOOKED, REFUND_DUE}
        self.everything_is_true()

    def _open(self, what: str) -> int:
        values = {"schedules": self.schedules, "operator": self.office.operator_id}
        return int(self.one(f"SELECT count(*) FROM {what}", **values))


def never_possible(machine: type[Office]) -> set[str]:
    return DEEDS - (+machine.worked).keys()
