"""What goes on beside buyers: the clock, cron, workers, clerks who hand out cash, a departure that does not run."""

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import text

from core.booking.disruption import Plan, disrupt
from core.booking.disruption_choice import Wish, choose, settle_overdue
from core.booking.disruption_models import Choice, DisruptionKind
from core.booking.expire import sweep
from core.booking.parts import give_up_abandoned
from core.booking.reconcile import reconcile
from core.jobs.deliver import deliver
from core.jobs.handlers import HANDLERS
from core.kernel import outbox
from core.kernel.db import db
from core.till.hand_out import hand_out
from core.timetable.service.schedules import cancel_schedule
from tests.core.booking.machine.counter import SEAT, Counter
from tests.support.factories import ACTOR, CLERK

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
        settle_overdue()

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

    @rule(kind=st.sampled_from([None] * 6 + ["cancelled", "delayed"]), hours=st.sampled_from([1, 30]))
    def disrupt(self, kind: str | None, hours: int) -> None:
        """The run is called off or late, and its passengers may choose."""
        if kind is None or self.over:
            return
        plan = Plan(DisruptionKind(kind), hours * 60 if kind == "delayed" else None)
        made = self.attempt("disrupt", lambda: disrupt(self.office.schedule_id, plan, "machine", CLERK))
        self.over = self.over or (made is not None and kind == "cancelled")

    @rule(choice=st.sampled_from(["refund", "rebook", "keep"]), which=SEAT)
    def choose(self, choice: str, which: int) -> None:
        found = text("SELECT c.id FROM disruption_cases c JOIN disruptions d ON d.id = c.disruption_id"
                     " WHERE d.schedule_id = :id AND c.state = 'waiting' ORDER BY c.id")  # fmt: skip
        cases = list(db.session.execute(found, {"id": self.office.schedule_id}).scalars())
        if cases:
            wish = Wish(Choice(choice), self.later if choice == "rebook" else None)
            self.attempt("choose", lambda: choose(cases[which % len(cases)], wish, ACTOR))

    @rule(really=st.sampled_from([False] * 9 + [True]))
    def cancel_departure(self, really: bool) -> None:
        if really and not self.over:
            self.attempt(
                "cancel_schedule", lambda: cancel_schedule(self.office.schedule_id, CLERK, "machine")
            )
            self.over = True
