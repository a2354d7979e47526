"""Every order of everything: hypothesis drives the services as buyers, gateways, staff and cron would, and after each step
every invariant is asked. The rules are in `machine`, one file for each subject.
"""

from collections import Counter

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from core.booking import confirm
from core.booking.settle import BOOKED, REFUND_DUE, settle
from core.kernel.db import db
from core.payments.gateways.base import EventKind
from core.payments.gateways.catalogue import stand_in
from core.proof.gateway import ProofGateway
from tests.core.booking.machine.after_sale import AfterSale
from tests.core.booking.machine.holding import Holding
from tests.core.booking.machine.meanwhile import Meanwhile
from tests.core.booking.machine.paying import Paying
from tests.support.clock import Clock
from tests.support.database import Sessions

#: What the rules attempt: each must have been possible now and then.
DEEDS = {
    "reserve", "extend", "cancel", "release", "begin_payment", "take_cash", "begin_split", "block", "cancel_booking",
    "change_passengers", "change_contact", "move_booking", "cancel_schedule",
    "alter", "reserve_basket", "extend_basket", "cancel_basket", "begin_basket_payment", "take_cash_for_basket", "hold_move",
    "disrupt", "choose",
}  # fmt: skip


class Office(Holding, Paying, AfterSale, Meanwhile):
    """All rules together, and what must be so in the end."""

    def teardown(self) -> None:
        """In the end nothing is open."""
        if not hasattr(self, "office"):
            return
        db.session.rollback()
        self.clock.move(minutes=40)
        for _ in range(3):
            self.cron()
            self.work()
            self.hand_out_cash()
        self.everything_is_true()
        assert self._open("reservations WHERE status = 'active' AND schedule_id = ANY(:schedules)") == 0
        assert self._open("payments WHERE waiting AND operator_id = :operator") == 0
        assert self._open("refunds f JOIN payments p ON p.id = f.payment_id"
                          " WHERE f.status = 'pending' AND p.operator_id = :operator") == 0  # fmt: skip
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


@pytest.fixture
def machine(app: Flask, db_session: Sessions, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> type[Office]:
    """The machine on the test's database, its payments through a gateway kept in memory."""
    gateway = ProofGateway()
    monkeypatch.setitem(app.extensions, "bookinghall_gateways", {})
    stand_in(app, gateway)
    return type("Office", (Office,), {"clock": clock, "gateway": gateway, "worked": Counter()})


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
            print_blob=True,
        ),
    )


def test_whatever_happens_in_whatever_order_every_invariant_holds(
    machine: type[RuleBasedStateMachine],
) -> None:
    run(machine, examples=8, steps=25)


def test_twin_a_sale_that_is_not_in_the_books_is_noticed(
    machine: type[Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirm, "sale_lines", lambda *_: [])
    office = machine()

    office.open_the_office()

    with pytest.raises(AssertionError, match="booked_is_paid"):
        office.everything_is_true()


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(8))
def test_the_same_for_much_longer(machine: type[Office], part: int) -> None:
    """In parts, each on a database that is small again: the questions grow with what is sold."""
    run(machine, examples=40, steps=60, by_chance=True)

    rare = DEEDS - machine.worked.keys()
    assert not rare, f"these were never possible, so they were not tried: {machine.worked}"
