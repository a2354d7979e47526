"""Every order of everything: hypothesis drives the services as buyers, gateways, staff and cron would, and after each step
every invariant is asked. The rules are in `machine`, one file for each subject.
"""

from collections import Counter

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from core.booking import confirm
from core.payments.gateways.catalogue import stand_in
from tests.core.booking.machine.office import Office, never_possible
from tests.core.booking.machine.walk import walk
from tests.support.clock import Clock
from tests.support.database import Sessions
from tests.support.moods import MoodyGateway


@pytest.fixture
def machine(app: Flask, db_session: Sessions, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> type[Office]:
    """The machine on the test's database, its payments through a gateway kept in memory."""
    gateway = MoodyGateway()
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
    run(machine, examples=6, steps=25)


def test_every_deed_is_possible(machine: type[Office]) -> None:
    walk(machine())

    assert not never_possible(machine), f"the way through everything did not succeed: {machine.worked}"


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

    assert not never_possible(machine), f"these were never possible, so they were not tried: {machine.worked}"
