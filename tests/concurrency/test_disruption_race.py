"""A disruption is carried out once, whoever works on it and whatever dies: a real worker is killed in the middle."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking import disruption_case
from core.booking.disruption import Plan, disrupt
from core.booking.disruption_choice import Wish, choose, choose_for
from core.booking.disruption_queries import Disruption, cases_of, disruption
from core.booking.disruption_run import run_disruption
from core.kernel.db import db, transaction
from core.kernel.errors import DomainError
from core.kernel.settings import Settings
from core.proof.invariants import broken
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, CLERK, Office, another_departure, make_office
from tests.support.mail import MailServer
from tests.support.processes import Start, eventually
from tests.support.sales import buyer, sell

BOOKINGS = 60


@pytest.fixture
def full_house(fresh_database: FreshDatabase) -> Iterator[Office]:
    """A called-off run with sixty bookings; its application context is open."""
    with fresh_database.app.app_context():
        office = make_office(rows=15)
        for seat in range(BOOKINGS):
            sell(seat, office=office, holder=buyer(seat), email=None)
        yield office
        db.session.remove()


def called_off(office: Office) -> UUID:
    return disrupt(office.schedule_id, Plan("cancelled"), "Snow on the pass", CLERK)


def work(disruption_id: UUID) -> Disruption:
    run_disruption(0, {"disruption_id": str(disruption_id)})
    return disruption(disruption_id)


def count(statement: str) -> int:
    found = int(db.session.execute(text(statement)).scalar_one())
    db.session.rollback()
    return found


def everything_holds() -> bool:
    with db.engine.connect() as connection:
        return not [str(found) for found in broken(connection)]


CARRIED_OUT = "SELECT count(*) FROM activity_log WHERE action = 'disruption.carried_out'"
DONE = "SELECT count(*) FROM disruption_cases WHERE state = 'done'"


def test_a_worker_killed_in_the_middle_refunds_nobody_twice_and_forgets_nobody(
    full_house: Office, fresh_database: FreshDatabase, smtp_server: MailServer, redis_url: str, start: Start
) -> None:
    towards = {"smtp_host": smtp_server.host, "smtp_port": smtp_server.port, "redis_url": redis_url}
    settings: Settings = fresh_database.settings.model_copy(update=towards)
    fresh_database.app.config["SETTINGS"] = settings
    made = called_off(full_house)
    work(made)
    worker = start("worker", settings)
    worker.wait_for("worker_ready")

    choose_for(made, Wish("refund"), CLERK)
    eventually(lambda: count(DONE) >= 5, otherwise=lambda: worker.output)
    worker.stop(signal.SIGKILL)

    done = count(DONE)
    assert 0 < done < BOOKINGS, "it was killed in the middle"
    with transaction() as session:  # a minute goes by
        session.execute(text("UPDATE outbox SET claimed_at = claimed_at - interval '61 seconds'"))
        session.execute(text("UPDATE disruption_cases SET claimed_at = claimed_at - interval '61 seconds'"))
    others = [start("worker", settings), start("cron", settings)]
    eventually(lambda: count(DONE) == BOOKINGS, 60, lambda: "".join(each.output for each in others))

    assert count("SELECT count(*) FROM cancellations") == BOOKINGS
    assert count("SELECT sum(amount)::int FROM refunds") == BOOKINGS * 2600
    assert disruption(made).refunded[0].amount == BOOKINGS * 2600
    assert everything_holds()


def test_killed_between_the_deed_and_its_note(full_house: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refund was made, the process died before it said so: doing it again gives the same refund."""
    made = called_off(full_house)
    work(made)
    first = cases_of(made)[0]
    choose_for(made, Wish("refund"), CLERK, [first.id])

    class Killed(BaseException):
        pass

    def die(*_: object) -> dict[str, Any]:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(disruption_case, "_values", die)
        with pytest.raises(Killed):
            work(made)
    assert count("SELECT count(*) FROM refunds") == 1
    with transaction() as session:
        session.execute(text("UPDATE disruption_cases SET claimed_at = claimed_at - interval '61 seconds'"))

    assert work(made).counts == {"refund": 1, "waiting": BOOKINGS - 1}
    assert count("SELECT count(*) FROM refunds") == 1


def at_once(fresh: FreshDatabase, *asks: Callable[[], Any]) -> list[str]:
    """Each in a thread and on a connection of its own; what came of it."""

    def ask(work: Callable[[], Any]) -> str:
        with fresh.app.app_context():
            try:
                return str(work())
            except DomainError as error:
                return error.code

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(ask, asks))


def test_four_workers_share_the_work_and_passengers_choose_meanwhile(
    full_house: Office, fresh_database: FreshDatabase
) -> None:
    another_departure(full_house, 3)
    made = called_off(full_house)
    work(made)
    cases = cases_of(made)
    choose_for(made, Wish("refund"), CLERK, [case.id for case in cases[:40]])
    db.session.remove()

    passengers = [lambda case=case: choose(case.id, Wish("rebook"), ACTOR) for case in cases[36:46]]
    answers = at_once(fresh_database, *[lambda: work(made)] * 4, *passengers)

    assert answers.count("already_chosen") == 4, "the clerk was first for four of the ten"
    assert "busy" not in answers
    assert disruption(made).counts == {"refund": 40, "rebook": 6, "waiting": 14}
    assert count(CARRIED_OUT) == 46
    assert count("SELECT count(*) FROM cancellations") == 40
    assert count("SELECT sum(amount)::int FROM refunds") == 40 * 2600
    assert everything_holds()


def both_look_before_one_writes(
    monkeypatch: pytest.MonkeyPatch, parties: int = 2, patience: float = 0.5
) -> None:
    """Two work on the same case: nobody goes on until the other has read the booking, or half a second has gone by."""
    meet = Barrier(parties)
    real = disruption_case.read_many

    def read_and_wait(ids: Any) -> Any:
        found = real(ids)
        with suppress(BrokenBarrierError):
            meet.wait(patience)
        return found

    monkeypatch.setattr(disruption_case, "read_many", read_and_wait)


def test_twin_without_the_claim_four_workers_do_each_case_four_times(
    full_house: Office, fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelling knows what was done before, so the money goes back once: but the work is not shared."""
    made = called_off(full_house)
    work(made)
    choose_for(made, Wish("refund"), CLERK, [case.id for case in cases_of(made)[:5]])
    db.session.remove()
    both_look_before_one_writes(monkeypatch, parties=4, patience=20)
    monkeypatch.setattr(disruption_case, "_claim", lambda _: True)

    at_once(fresh_database, *[lambda: work(made)] * 4)

    assert count(CARRIED_OUT) == 4 * 5
    assert count("SELECT count(*) FROM cancellations") == 5


def moved_by_two(office: Office, fresh: FreshDatabase) -> dict[str, int]:
    another_departure(office, 3)
    made = called_off(office)
    work(made)
    first = cases_of(made)[0]
    choose_for(made, Wish("rebook"), CLERK, [first.id])
    db.session.remove()
    at_once(fresh, *[lambda: disruption_case.carry_out(first.id)] * 2)
    return {"moves": count("SELECT count(*) FROM activity_log WHERE action = 'booking.moved'")}


def test_two_on_one_case_move_it_once(
    full_house: Office, fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_departure(full_house, 4)
    both_look_before_one_writes(monkeypatch)
    assert moved_by_two(full_house, fresh_database) == {"moves": 1}


def test_twin_without_the_claim_it_goes_wrong(
    full_house: Office, fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second finds the booking where it wanted to bring it, and notes a failure over a deed that was done."""
    both_look_before_one_writes(monkeypatch, patience=20)
    monkeypatch.setattr(disruption_case, "_claim", lambda _: True)
    noted: list[str] = []
    real = disruption_case._tried

    def tried(case: Any) -> Any:
        outcome = real(case)
        noted.append(outcome.state)
        return outcome

    monkeypatch.setattr(disruption_case, "_tried", tried)
    moved_by_two(full_house, fresh_database)
    assert sorted(noted) != ["done", "done"]
