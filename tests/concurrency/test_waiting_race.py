"""Many freed seats and many in line, several who serve: nobody is served twice, and the order is kept."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking import waiting_serve
from core.booking.cancellation import cancel_booking
from core.booking.own import lock_reservation
from core.booking.parties import Holder
from core.booking.waiting import JoinRequest, Traveller, join
from core.kernel.db import db
from core.proof.invariants import broken
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, Office, make_office
from tests.support.sales import buyer, sell

SEATS, IN_LINE = 16, 24


def line(office: Office, in_line: int) -> list[UUID]:
    return [
        join(
            JoinRequest(office.schedule_id, 0, 5, (Traveller(full_name="T"),), "api", f"p{n}@example.org"),
            ACTOR,
        )
        for n in range(in_line)
    ]


def sold_out(fresh: FreshDatabase, in_line: int = IN_LINE) -> tuple[Office, list[UUID]]:
    with fresh.app.app_context():
        office = make_office(rows=4)
        sold = [sell(seat, office=office, holder=buyer(seat), email=None) for seat in range(SEATS)]
        line(office, in_line)
        db.session.remove()
        return office, sold


def statuses() -> list[str]:
    return list(db.session.scalars(text("SELECT status FROM waiting_entries ORDER BY place")))


def test_many_freed_and_many_in_line(fresh_database: FreshDatabase) -> None:
    _office, sold = sold_out(fresh_database)
    done = threading.Event()

    def serve_on() -> int:
        count = 0
        with fresh_database.app.app_context():
            while not done.wait(0.01):
                count += waiting_serve.serve()
                db.session.remove()
            return count + waiting_serve.serve()

    def free(booking_id: UUID) -> None:
        with fresh_database.app.app_context():
            cancel_booking(booking_id, ACTOR)

    with ThreadPoolExecutor(8) as pool:
        servers = [pool.submit(serve_on) for _ in range(4)]
        list(pool.map(free, sold[:10]))
        done.set()
        served = sum(server.result() for server in servers)

    with fresh_database.app.app_context():
        served += waiting_serve.serve()
        assert served == 10
        assert statuses() == ["offered"] * 10 + ["waiting"] * (IN_LINE - 10), "in the order of coming"
        told = "SELECT count(DISTINCT payload ->> 'entry_id') FROM outbox WHERE kind = 'waiting.offered'"
        assert db.session.scalar(text(told)) == 10
        assert db.session.scalar(text("SELECT count(*) FROM outbox WHERE kind = 'waiting.offered'")) == 10
        with db.engine.connect() as connection:
            assert [str(found) for found in broken(connection)] == []


def served_by_two(fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Two seats are free, one is in line. The first who serves is about to hold a seat when a second one comes and has its
    whole turn: how many were offered seats, and how many seats are held.
    """
    office, sold = sold_out(fresh, in_line=1)
    with fresh.app.app_context():
        for booking_id in sold[:2]:
            cancel_booking(booking_id, ACTOR)
        db.session.remove()
    about_to, second_is_done, real = threading.Event(), threading.Event(), waiting_serve._hold

    def hold(entry: Any) -> UUID | None:
        if not about_to.is_set():
            about_to.set()
            second_is_done.wait(5)
        return real(entry)

    monkeypatch.setattr(waiting_serve, "_hold", hold)

    def one() -> None:
        with fresh.app.app_context():
            waiting_serve.serve_line(office.schedule_id)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(one)
        about_to.wait(5)
        pool.submit(one).result()
        second_is_done.set()
        first.result()
    with fresh.app.app_context():
        held = db.session.scalar(text("SELECT count(*) FROM reservations WHERE status = 'active'"))
        return statuses().count("offered"), int(held)


def test_one_at_a_time_serves_a_line(fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    assert served_by_two(fresh_database, monkeypatch) == (1, 1)


def test_a_claim_that_ran_out_too_early_serves_nobody_twice(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry is the holder of its own seats, and a holder has one reservation of a run."""
    monkeypatch.setattr(waiting_serve, "_claim", lambda _: True)
    assert served_by_two(fresh_database, monkeypatch) == (1, 1)


def test_twin_without_the_claim_and_the_own_holder_one_gets_two_seats(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_serve, "_claim", lambda _: True)
    monkeypatch.setattr(waiting_serve, "holder_of", lambda _: Holder("guest", uuid4().hex, "Waiting list"))
    monkeypatch.setattr(
        waiting_serve, "lock_reservation", lambda found, _holder: lock_reservation(found, None)
    )
    assert served_by_two(fresh_database, monkeypatch) == (1, 2)
