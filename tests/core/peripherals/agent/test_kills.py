"""A kiosk's agent is killed in the middle of taking money: nothing is lost, nothing counts twice, nobody pays twice."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from core.booking.pay import begin_payment
from core.booking.queries import reservation_view
from core.kernel.db import db
from core.kernel.settings import Settings
from core.peripherals.agent.simulators.cash import SimulatedCashBox
from core.peripherals.agent.simulators.terminal import SimulatedTerminal
from core.peripherals.cash_sale import begin_cash, stop_cash
from core.peripherals.print_booking import print_booking
from core.peripherals.queries import command, commands_about, intake_of
from core.proof.invariants import broken
from tests.core.peripherals.kiosks import Machine, make_machine
from tests.support.agents import AgentProcess
from tests.support.database import FreshDatabase, _database
from tests.support.factories import Office, make_office
from tests.support.lending import Lender
from tests.support.processes import eventually
from tests.support.web import serve_office


@pytest.fixture(scope="module")
def hall(
    server: Engine, template_database: str, base_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AgentProcess]:
    """An office behind a port, and the agent of its one kiosk."""
    with _database(server, template_database) as (name, url):
        fresh = FreshDatabase(name, base_settings.with_servers(url, base_settings.redis_url), Lender())
        with serve_office(fresh, fresh.settings) as served, served.app.app_context():
            machine = make_machine(make_office())
            made = AgentProcess(served, machine.kiosk_id, tmp_path_factory.mktemp("agent"))
            yield made.start()
            made.stop()
        fresh.dispose()


@pytest.fixture
def agent(hall: AgentProcess) -> Iterator[AgentProcess]:
    yield hall
    assert broken(db.session.connection()) == []


@pytest.fixture
def office(hall: AgentProcess) -> Office:
    return make_office()


@pytest.fixture
def machine(hall: AgentProcess) -> Machine:
    """The kiosk, as its page acts."""
    return Machine(hall.kiosk_id, "", None)


def test_cash_is_counted_once_however_often_the_agent_dies(office, machine, agent):
    before = len(agent.movements())
    reservation = machine.hold(office)
    begin_cash(reservation, machine.holder, machine.kiosk_id, machine.actor)
    agent.insert(1000)
    agent.kill()  # perhaps with the event on its way
    agent.start().insert(500)
    agent.kill()
    # A note that the box swallowed in the very moment in which its agent died:
    box = SimulatedCashBox(agent.folder / "agent" / "simulators", "EUR")
    box.enable([2000])
    box.insert(2000, "hand")
    agent.start()

    eventually(lambda: reservation_view(reservation).booking_reference is not None)
    eventually(lambda: intake_of(reservation).status == "done")
    intake = intake_of(reservation)
    assert (intake.inserted, intake.used, intake.paid_out) == (3500, 2600, 900)
    assert agent.movements()[before : before + 3] == [1000, 500, 2000]
    assert sum(agent.movements()[before:]) == 2600


def test_change_is_given_once_when_the_agent_dies_while_giving_it(office, machine, agent):
    before = sum(agent.movements())
    reservation = machine.hold(office)
    begin_cash(reservation, machine.holder, machine.kiosk_id, machine.actor)
    agent.insert(1000)
    assert stop_cash(reservation, machine.holder, machine.kiosk_id)
    eventually(lambda: intake_of(reservation).status in ("returning", "done"))
    agent.kill()
    agent.start()

    eventually(lambda: intake_of(reservation).status == "done")
    assert intake_of(reservation).paid_out == 1000
    assert sum(agent.movements()) == before
    assert reservation_view(reservation).status == "active"


def test_a_card_is_charged_once_when_the_agent_dies_before_it_has_the_answer(office, machine, agent):
    reservation = machine.hold(office)
    paying = begin_payment(reservation, machine.holder, machine.actor, "card", terminal_of=machine.kiosk_id)
    eventually(lambda: command(paying.payment_id).status == "taken")
    eventually(lambda: _asks(agent), otherwise=lambda: agent.log)
    agent.kill()
    before = terminal(agent).charged
    terminal(agent).approve()  # while nobody listened
    agent.start()

    eventually(lambda: reservation_view(reservation).booking_reference is not None)
    assert terminal(agent).charged == before + 1
    assert [p.status for p in reservation_view(reservation).payments] == ["completed"]


def test_an_answer_that_was_lost_is_looked_up_and_nobody_pays_twice(office, machine, agent):
    before = terminal(agent).charged
    reservation = machine.hold(office)
    paying = begin_payment(reservation, machine.holder, machine.actor, "card", terminal_of=machine.kiosk_id)
    eventually(lambda: agent.move("terminal", "lose").status == "done")
    eventually(lambda: command(paying.payment_id).result.get("unsure") is True)
    assert reservation_view(reservation).booking_reference is None
    agent.move("terminal", "mend")

    eventually(lambda: reservation_view(reservation).booking_reference is not None)
    assert terminal(agent).charged == before + 1


def test_a_declined_card_leaves_the_hold_and_another_try(office, machine, agent):
    reservation = machine.hold(office)
    begin_payment(reservation, machine.holder, machine.actor, "card", terminal_of=machine.kiosk_id)
    eventually(lambda: agent.move("terminal", "decline").status == "done")
    eventually(lambda: reservation_view(reservation).payments[-1].status == "failed")
    begin_payment(reservation, machine.holder, machine.actor, "card", terminal_of=machine.kiosk_id)
    eventually(lambda: agent.move("terminal", "approve").status == "done")

    eventually(lambda: reservation_view(reservation).booking_reference is not None)


def test_what_was_bought_is_printed_and_once_more_after_a_jam(office, machine, agent):
    reservation = machine.hold(office)
    begin_cash(reservation, machine.holder, machine.kiosk_id, machine.actor)
    agent.insert(2000, 500, 100)
    eventually(lambda: reservation_view(reservation).booking_id is not None)
    view = reservation_view(reservation)
    agent.move("printer", "jam")
    first = print_booking(view, machine.kiosk_id, "en")
    eventually(lambda: command(first).status == "failed")
    assert command(first).result == {"reason": "jam"}
    agent.move("printer", "free")
    second = print_booking(view, machine.kiosk_id, "en")

    eventually(lambda: command(second).status == "done")
    assert [each.status for each in commands_about(view.booking_id, "print")] == ["done", "failed"]
    assert (agent.folder / "agent" / "simulators" / "printed.bin").stat().st_size > 5000


def terminal(agent: AgentProcess) -> SimulatedTerminal:
    """What the terminal itself remembers."""
    return SimulatedTerminal(agent.folder / "agent" / "simulators")


def _asks(agent: AgentProcess) -> bool:
    path = agent.folder / "agent" / "simulators" / "terminal.json"
    return path.exists() and '"waiting"' in path.read_text()
