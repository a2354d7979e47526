"""Travellers who change their seats all at once: nobody loses what they have, and nobody waits for ever."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from core.booking import alter
from core.booking.cancel import cancel
from core.booking.errors import SeatTaken
from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.queries import reservation_view
from core.booking.requests import Held, Seating
from core.booking.reserve import reserve
from core.inventory import locks
from core.inventory.locks import Claim
from core.inventory.models import LockKind
from core.kernel.activity import Actor
from core.kernel.db import db, run
from core.kernel.errors import DomainError
from tests.concurrency.race import Race, tidy, wait_until_it_sleeps
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, make_office


class Changing(Race):
    """Buyers who hold seats and change their minds some times, then pay, give up or walk away."""

    def _buy(self, chance: random.Random) -> str:
        holder = Holder("guest", str(uuid4()), "racer")
        actor = Actor("guest", holder.id, holder.label)
        first = chance.randrange(5)
        stretch = {"first": first, "last": chance.randint(first + 1, 5)}
        seats = list(range(len(self.office.seats)))
        held = reserve(self.office.ask(*chance.sample(seats, 2), **stretch), holder, actor)
        for _ in range(4):
            wanted = sorted(chance.sample(seats, chance.choice((1, 2, 3))))
            people = [Seating(self.office.seats[seat], full_name="Racer") for seat in wanted]
            try:
                alter.alter(held.reservation_id, holder, actor, people)
            except SeatTaken:
                self._note(lambda: "lost", "lost")
            else:
                self._note(lambda: "changed", "changed")
        what = chance.choice(("pay", "give_up", "give_up", "give_up"))
        if what == "pay" and chance.random() < 0.3:
            take_cash(held.reservation_id, holder, CLERK)
        else:
            cancel(held.reservation_id, holder, actor)
        view = reservation_view(held.reservation_id)
        assert view is not None and view.passengers
        return what


@pytest.fixture
def office(fresh_database: FreshDatabase) -> Office:
    with fresh_database.app.app_context():
        made = make_office(rows=3)
        db.session.remove()
        return made


@pytest.mark.usefixtures("patient")
def test_16_travellers_change_their_seats_on_one_coach(fresh_database: FreshDatabase, office: Office) -> None:
    race = Changing(fresh_database.app, office, threads=16, attempts=12).run(tidy)

    assert race.defects == []
    assert race.broken() == []
    assert race.deadlocks() == 0
    assert race.outcomes["busy"] == 0
    assert race.outcomes["changed"] > 20, race.outcomes
    assert race.outcomes["lost"] > 20, race.outcomes


def test_who_wants_a_seat_that_is_being_given_up_waits_and_is_told(
    fresh_database: FreshDatabase, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _two_change(fresh_database, office, monkeypatch, locks.hold_more) == {"changed", "seat_taken"}


def test_twin_giving_up_seats_that_were_not_locked_in_order_ends_in_a_deadlock(
    fresh_database: FreshDatabase, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "busy" in _two_change(fresh_database, office, monkeypatch, _only_the_new)


Hold = Callable[[Claim, datetime], frozenset[UUID]]


def _two_change(
    fresh: FreshDatabase, office: Office, monkeypatch: pytest.MonkeyPatch, hold: Hold
) -> set[str]:
    """Alice goes from seat 0 to 3 and is slow about it; Bob, who has seat 9, wants 0 and 3 meanwhile."""

    def slowly(claim: Claim, expires_at: datetime) -> frozenset[UUID]:
        gone = hold(claim, expires_at)
        run("SELECT pg_sleep(0.4)")
        return gone

    monkeypatch.setattr(alter, "hold_more", slowly)

    def change(holder: Holder, held: Held, *seats: int) -> str:
        people = [Seating(office.seats[seat], full_name="Racer") for seat in seats]
        with fresh.app.app_context():
            try:
                alter.alter(held.reservation_id, holder, ACTOR, people)
            except DomainError as error:
                return error.code
            return "changed"

    with fresh.app.app_context(), ThreadPoolExecutor(2) as pool:
        hers, his = (reserve(office.ask(n), who, ACTOR) for n, who in ((0, ALICE), (9, BOB)))
        alice = pool.submit(change, ALICE, hers, 3)
        wait_until_it_sleeps()
        bob = pool.submit(change, BOB, his, 0, 3)
        return {alice.result(), bob.result()}


def _only_the_new(claim: Claim, expires_at: datetime) -> frozenset[UUID]:
    """New seats are taken, and a moment later the old ones are to be given up, which nobody has locked until then."""
    new = "CROSS JOIN generate_series(%(first_leg)s::int, %(last_leg)s::int) AS leg\n"
    own = (
        f"{new}WHERE NOT EXISTS (SELECT 1 FROM seat_locks o WHERE o.reservation_id = %(reservation_id)s"
        " AND o.seat_id = seat)\n"
    )
    statement = locks.take_statement(LockKind.HOLD, expires_at="%(expires_at)s::timestamptz").replace(
        new, own
    )
    run(statement, claim.parameters() | {"expires_at": expires_at})
    have = run("SELECT seat_id FROM seat_locks WHERE reservation_id = %(id)s", {"id": claim.reservation_id})
    return locks.missing(claim, [row.seat_id for row in have])
