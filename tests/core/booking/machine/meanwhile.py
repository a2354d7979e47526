"""What goes on beside buyers: the clock, cron, workers, clerks who hand out cash, a departure that does not run."""

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import text

from core.booking.expire import sweep
from core.booking.parts import give_up_abandoned
from core.booking.reconcile import reconcile
from core.jobs.deliver import deliver
from core.jobs.handlers import HANDLERS
from core.kernel import outbox
from core.kernel.db import db
from core.till.hand_out import hand_out
from core.timetable.service.schedules import cancel_schedule
from tests.core.booking.machine.counter import Counter
from tests.support.factories import CLERK

_CASH_DUE = text("""
SELECT f.id FROM refunds f JOIN payments p ON p.id = f.payment_id
WHERE f.status = 'pending' AND p.gateway = 'cash' AND p.operator_id = :operator_id
""")


class Meanwhile(Counter):
    """Time, and everybody who works in the back."""

    @rule(minutes=st.sampled_from([1, 2, 4, 6, 14, 15, 16, 60]))
    def time_passes(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)

    @rule()
    def cron(self) -> None:
        sweep()
        give_up_abandoned()
        reconcile()

    @rule()
    def work(self) -> None:
        for event_id, _ in outbox.waiting(tuple(HANDLERS)):
            deliver(event_id)

    @rule()
    def hand_out_cash(self) -> None:
        for refund_id in (
            db.session.execute(_CASH_DUE, {"operator_id": self.office.operator_id}).scalars().all()
        ):
            hand_out(refund_id, CLERK)

    @rule(really=st.sampled_from([False] * 9 + [True]))
    def cancel_departure(self, really: bool) -> None:
        if really and not self.over:
            self.attempt(
                "cancel_schedule", lambda: cancel_schedule(self.office.schedule_id, CLERK, "machine")
            )
            self.over = True
