"""Every order of everything: hypothesis drives the services as buyers, gateways, staff and cron would, and after each step
every invariant is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from core.booking.cancel import cancel, release
from core.booking.cancellation import cancel_booking
from core.booking.change import Wish, change_passengers
from core.booking.expire import sweep
from core.booking.extend import extend
from core.booking.parties import Holder
from core.booking.pay import begin_payment, take_cash
from core.booking.reconcile import reconcile
from core.booking.requests import Held
from core.booking.reserve import reserve
from core.booking.settle import BOOKED, DUPLICATE, IGNORED, REFUND_DUE, settle
from core.jobs.deliver import deliver
from core.jobs.handlers import HANDLERS
from core.kernel import outbox
from core.kernel.db import db
from core.kernel.errors import DomainError
from core.payments import ledger
from core.payments.gateways.base import EventKind, GatewayEvent
from core.payments.gateways.catalogue import stand_in
from core.proof.gateway import ProofGateway
from core.proof.invariants import broken
from core.timetable.service.schedules import cancel_schedule
from tests.support.clock import Clock
from tests.support.database import Sessions
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, make_office

PEOPLE = (ALICE, BOB, replace(ALICE, id="carla"), replace(ALICE, id="dan"))
SEATS = st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True)
STRETCHES = st.sampled_from([(0, 5), (0, 2), (1, 3), (2, 5), (3, 4)])
ADDRESSES = st.sampled_from([None, None, None, None, "a@example.org"])


@dataclass(frozen=True)
class Taken:
    """A hold and who made it."""

    held: Held
    holder: Holder

    @property
    def id(self) -> UUID:
        return self.held.reservation_id


class Office(RuleBasedStateMachine):
    """One departure of four seats and five legs; refusals are fine, anything else that is raised is a defect."""

    clock: Clock
    gateway: ProofGateway

    holds = Bundle("holds")
    payments = Bundle("payments")
    events = Bundle("events")

    @initialize()
    def open_the_office(self) -> None:
        self.office = make_office(rows=1, departs_in=timedelta(days=30))
        self.over = False

    # -- holding -----------------------------------------------------------------------------------

    @rule(target=holds, who=st.sampled_from(PEOPLE), seats=SEATS, stretch=STRETCHES, address=ADDRESSES)
    def hold(self, who: Holder, seats: list[int], stretch: tuple[int, int], address: str | None) -> object:
        request = self.office.ask(*seats, first=stretch[0], last=stretch[1], contact_email=address)
        try:
            taken = Taken(reserve(request, who, ACTOR), who)
        except DomainError:
            return multiple()
        assert not self.over, "a hold was made after the departure had been cancelled"
        return taken

    @rule(target=holds, who=st.sampled_from(PEOPLE), seats=SEATS, stretch=STRETCHES, address=ADDRESSES)
    def buy(self, who: Holder, seats: list[int], stretch: tuple[int, int], address: str | None) -> object:
        """Hold and pay at once, as at a counter."""
        taken = self.hold(who, seats, stretch, address)
        if isinstance(taken, Taken):
            self._try(lambda: take_cash(taken.id, None, CLERK))
        return taken

    @rule(hold=holds)
    def extend(self, hold: Taken) -> None:
        self._try(lambda: extend(hold.id, hold.holder, ACTOR))

    @rule(hold=holds)
    def give_up(self, hold: Taken) -> None:
        self._try(lambda: cancel(hold.id, hold.holder, ACTOR))

    @rule(hold=holds)
    def release(self, hold: Taken) -> None:
        self._try(lambda: release(hold.id, CLERK, "machine"))

    # -- paying ------------------------------------------------------------------------------------

    @rule(target=payments, hold=holds)
    def begin(self, hold: Taken) -> object:
        try:
            return begin_payment(hold.id, hold.holder, ACTOR, "card").payment_id
        except DomainError:
            return multiple()

    @rule(hold=holds)
    def pay_in_cash(self, hold: Taken) -> None:
        self._try(lambda: take_cash(hold.id, None, CLERK))

    @rule(target=events, payment=payments, short_by=st.sampled_from([0, 0, 0, 1]))
    def pay(self, payment: UUID, short_by: int) -> GatewayEvent:
        """The money moves; the message is carried at once, later, or never."""
        return self.gateway.pay(payment, short_by)

    @rule(target=events, payment=payments)
    def decline(self, payment: UUID) -> GatewayEvent:
        return self.gateway.message(payment, EventKind.PAYMENT_FAILED)

    @rule(event=events)
    def carry(self, event: GatewayEvent) -> None:
        """Deliver a message: on time, late, out of order, or again."""
        known = self._one("SELECT count(*) FROM webhook_events WHERE event_id = :id", id=event.event_id)
        paid = self._one("SELECT count(*) FROM payments WHERE id = :id AND status IN ('completed', 'refunded')",
                         id=event.payment_id)  # fmt: skip
        can = self._one("SELECT count(*) FROM payments p JOIN reservations r ON r.id = p.reservation_id"
                        " WHERE p.id = :id AND r.status = 'active' AND r.expires_at > app_now()"
                        " AND r.total = :amount", id=event.payment_id,
                        amount=event.amount.amount if event.amount else -1)  # fmt: skip
        effect = settle("proof", event)
        assert (effect == DUPLICATE) == bool(known)
        if not known and event.kind == EventKind.PAYMENT_COMPLETED:
            expected = {IGNORED} if paid else {BOOKED} if can and not self.over else {BOOKED, REFUND_DUE}
            assert effect in expected

    # -- after the sale ----------------------------------------------------------------------------

    @rule(hold=holds, waive=st.booleans())
    def cancel_booking(self, hold: Taken, waive: bool) -> None:
        booking = self._booking(hold)
        if booking:
            self._try(lambda: cancel_booking(booking, CLERK, "machine", waive=waive))

    @rule(hold=holds)
    def cancel_one_passenger(self, hold: Taken) -> None:
        booking = self._booking(hold)
        if booking:
            one = frozenset({self._passenger(hold)})
            self._try(lambda: cancel_booking(booking, CLERK, "machine", passenger_ids=one))

    @rule(hold=holds, seat=st.integers(0, 3))
    def change_seat(self, hold: Taken, seat: int) -> None:
        booking = self._booking(hold)
        if booking:
            wish = {self._passenger(hold): Wish(seat_id=self.office.seats[seat])}
            self._try(lambda: change_passengers(booking, wish, CLERK, free_of_charge=True))

    # -- meanwhile ---------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 2, 4, 6, 14, 15, 16, 60]))
    def time_passes(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)

    @rule()
    def cron(self) -> None:
        sweep()
        reconcile()

    @rule()
    def work(self) -> None:
        for event_id, _ in outbox.waiting(tuple(HANDLERS)):
            deliver(event_id)

    @rule(really=st.sampled_from([False] * 9 + [True]))
    def cancel_departure(self, really: bool) -> None:
        if really and not self.over:
            self._try(lambda: cancel_schedule(self.office.schedule_id, CLERK, "machine"))
            self.over = True

    # -- always ------------------------------------------------------------------------------------

    @invariant()
    def everything_is_true(self) -> None:
        if hasattr(self, "office"):
            assert [str(each) for each in broken(db.session.connection(), [self.office.schedule_id])] == []

    def teardown(self) -> None:
        """In the end nothing is open."""
        if not hasattr(self, "office"):
            return
        self.clock.move(minutes=40)
        for _ in range(3):
            self.cron()
            self.work()
        self.everything_is_true()
        open_ones = "SELECT count(*) FROM reservations WHERE status = 'active' AND schedule_id = :id"
        assert self._one(open_ones, id=self.office.schedule_id) == 0
        for payment in self.gateway.taken():
            unknown = "SELECT count(*) FROM payments WHERE id = :id AND status IN ('pending', 'failed')"
            if self._one(unknown, id=payment):  # whoever pays hours later is told of by the gateway alone
                assert settle("proof", self.gateway.message(payment, EventKind.PAYMENT_COMPLETED)) in {
                    BOOKED,
                    REFUND_DUE,
                }
        self.everything_is_true()

    def _try(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except DomainError:
            db.session.rollback()

    def _one(self, statement: str, **values: object) -> int:
        return int(db.session.execute(text(statement), values).scalar_one())

    def _booking(self, hold: Taken) -> UUID | None:
        found = text("SELECT id FROM bookings WHERE reservation_id = :id")
        booking: UUID | None = db.session.execute(found, {"id": hold.id}).scalar()
        return booking

    def _passenger(self, hold: Taken) -> UUID:
        found = text("SELECT id FROM passengers WHERE reservation_id = :id ORDER BY place LIMIT 1")
        passenger: UUID = db.session.execute(found, {"id": hold.id}).scalar_one()
        return passenger


@pytest.fixture
def machine(app: Flask, db_session: Sessions, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> type[Office]:
    """The machine on the test's database, its payments through a gateway kept in memory."""
    gateway = ProofGateway()
    monkeypatch.setitem(app.extensions, "bookinghall_gateways", {})
    stand_in(app, gateway)
    return type("Office", (Office,), {"clock": clock, "gateway": gateway})


def run(
    machine: type[RuleBasedStateMachine],
    examples: int,
    steps: int,
    *,
    by_chance: bool = False,
) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=not by_chance,
            phases=(Phase.generate, Phase.shrink) if by_chance else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_in_whatever_order_every_invariant_holds(
    machine: type[RuleBasedStateMachine],
) -> None:
    run(machine, examples=8, steps=25)


def test_twin_a_sale_that_is_not_in_the_books_is_noticed(
    machine: type[Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "post", lambda *_, **__: None)
    office = machine()
    office.open_the_office()

    office.buy(ALICE, [0], (0, 5), None)

    with pytest.raises(AssertionError, match="booked_is_paid"):
        office.everything_is_true()


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_same_for_much_longer(machine: type[RuleBasedStateMachine]) -> None:
    run(machine, examples=400, steps=60, by_chance=True)
