"""What goes on beside buyers: the clock, cron, workers, clerks who hand out cash, a departure that does not run."""

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import text

from core.booking.disruption import Plan, disrupt
from core.booking.disruption_choice import Wish, choose, settle_overdue
from core.booking.disruption_models import Choice, DisruptionKind
from core.booking.expire import sweep
from core.booking.parts import give_up_abandoned
from core.booking.reconcile import reconcile
from core.booking.swap import preview_swap, swap
from core.booking.waiting_serve import serve
from core.jobs.deliver import deliver
from core.jobs.handlers import HANDLERS
from core.kernel import outbox
from core.kernel.db import db
from core.payments.refunds import chase, try_again
from core.till.hand_out import hand_out
from core.timetable.service.schedules import cancel_schedule
from tests.core.booking.machine.counter import SEAT, Counter
from tests.support.factories import ACTOR, CLERK
from tests.support.moods import MOODS

_CASH_DUE = text("""
SELECT f.id FROM refunds f JOIN payments p ON p.id = f.payment_id
WHERE f.status = 'pending' AND p.gateway = 'cash' AND p.operator_id = :operator_id
""")
_TROUBLED = text("""
SELECT f.id FROM refunds f JOIN payments p ON p.id = f.payment_id
WHERE (f.status = 'failed' OR f.failure IS NOT NULL AND f.status = 'pending') AND p.operator_id = :operator_id ORDER BY f.id
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
        serve()
        self.worked["chase"] += chase() > 0

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

    @rule(moods=st.lists(st.sampled_from(MOODS), min_size=1, max_size=3))
    def have_a_bad_day(self, moods: list[str]) -> None:
        """The payment service will not give back as it should."""
        self.gateway.moods = moods

    @rule(which=SEAT)
    def try_a_refund_again(self, which: int) -> None:
        found = self.troubled()
        if found:
            self.attempt("try_again", lambda: try_again(found[which % len(found)], CLERK))

    def troubled(self) -> list[UUID]:
        """Refunds that failed, or were put off."""
        return list(db.session.execute(_TROUBLED, {"operator_id": self.office.operator_id}).scalars())

    @rule(kind=st.sampled_from([None] * 6 + ["cancelled", "delayed"]), hours=st.sampled_from([1, 30]))
    def disrupt(self, kind: str | None, hours: int) -> None:
        """The run is called off or late, and its passengers may choose."""
        if kind is None or self.office.schedule_id in self.over:
            return
        plan = Plan(DisruptionKind(kind), hours * 60 if kind == "delayed" else None)
        made = self.attempt("disrupt", lambda: disrupt(self.office.schedule_id, plan, "machine", CLERK))
        if made is not None and kind == "cancelled":
            self.over.add(self.office.schedule_id)

    @rule(choice=st.sampled_from(["refund", "rebook", "keep"]), which=SEAT)
    def choose(self, choice: str, which: int) -> None:
        found = text("SELECT c.id FROM disruption_cases c JOIN disruptions d ON d.id = c.disruption_id"
                     " WHERE d.schedule_id = :id AND c.state = 'waiting' ORDER BY c.id")  # fmt: skip
        cases = list(db.session.execute(found, {"id": self.office.schedule_id}).scalars())
        if cases:
            wish = Wish(Choice(choice), self.later if choice == "rebook" else None)
            self.attempt("choose", lambda: choose(cases[which % len(cases)], wish, ACTOR))

    @rule(
        later=st.booleans(),
        which=st.integers(0, 2),
        leave=st.booleans(),
        worse=st.booleans(),
        told=st.booleans(),
    )
    def swap(self, later: bool, which: int, leave: bool, worse: bool, told: bool) -> None:
        """Another vehicle: as large, larger or smaller. Whoever did not look has agreed to nothing."""
        vehicle = self.vehicles[which]
        schedule = self.schedules[later]
        shown = self.attempt("preview_swap", lambda: preview_swap(schedule, vehicle, allow_worse=worse))
        if shown is None:
            return
        agreed = shown.fingerprint if told else "nothing"
        done = self.attempt("swap", lambda: swap(schedule, vehicle, "machine", CLERK, agreed=agreed,
                                                 leave_unseated=leave, allow_worse=worse))  # fmt: skip
        assert done is None or told

    @rule(really=st.sampled_from([False] * 9 + [True]), later=st.booleans())
    def cancel_departure(self, really: bool, later: bool) -> None:
        schedule = self.schedules[later]
        if really and schedule not in self.over:
            self.attempt("cancel_schedule", lambda: cancel_schedule(schedule, CLERK, "machine"))
            self.over.add(schedule)
