"""No seat is sold twice, whoever comes at the same moment; and what happens when the lock is taken away."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.booking import offer, reserve
from core.booking.errors import NotOnSale
from core.booking.queries import active_reservations
from core.booking.requests import HoldRequest
from core.kernel.db import db, transaction
from tests.concurrency import race as checks
from tests.concurrency.race import Race, tidy
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, Office, make_office

#: A hold as it would be written by somebody who looks first and writes then.
LOOK_THEN_TAKE = """
INSERT INTO seat_locks (schedule_id, layout_id, seat_id, leg, kind, reservation_id, expires_at)
SELECT :schedule_id, :layout_id, seat, leg, :kind, :reservation_id, CAST(:expires_at AS timestamptz)
FROM unnest(CAST(:seat_ids AS uuid[])) AS seat
CROSS JOIN generate_series(CAST(:first_leg AS int), CAST(:last_leg AS int)) AS leg
WHERE NOT EXISTS (SELECT 1 FROM seat_locks l WHERE l.schedule_id = :schedule_id AND l.seat_id = seat AND l.leg = leg.leg
  AND (l.kind <> 'hold' OR l.expires_at > app_now()))
RETURNING seat_id, leg
"""


@pytest.fixture
def office(fresh_database: FreshDatabase) -> Office:
    with fresh_database.app.app_context():
        return make_office(rows=3)


@pytest.fixture
def short_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holds of 60 milliseconds, so that many run out while they are being paid."""
    real = reserve.lock_offer

    def short(*wanted: object) -> offer.Offer:
        return replace(real(*wanted), hold=timedelta(milliseconds=60))  # type: ignore[arg-type]

    monkeypatch.setattr(reserve, "lock_offer", short)


@pytest.mark.usefixtures("short_holds")
def test_24_buyers_on_12_seats_and_5_legs(fresh_database: FreshDatabase, office: Office) -> None:
    race = Race(fresh_database.app, office).run(tidy, tidy)

    assert race.defects == []
    assert race.ask(checks.DOUBLE_SALES) == []
    assert race.ask(checks.SOLD_WITHOUT_LOCK) == []
    assert race.ask(checks.LOCK_WITHOUT_SALE) == []
    assert race.ask(checks.MONEY_WITHOUT_TICKET_OR_REFUND) == []
    assert race.ask(checks.UNBALANCED) == []
    assert race.ask("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [(0,)]
    assert race.outcomes["busy"] == 0
    assert race.outcomes["pay"] > 10, race.outcomes
    assert race.outcomes["seat_taken"] > 10, race.outcomes


@pytest.mark.usefixtures("short_holds")
def test_a_departure_is_cancelled_under_24_buyers(fresh_database: FreshDatabase, office: Office) -> None:
    race = Race(fresh_database.app, office, attempts=20)

    def cancel_once() -> None:
        if not race.closed.is_set() and race.outcomes.total() > 100:
            checks.cancel_departure(office.schedule_id)
            race.closed.set()

    race.run(tidy, cancel_once)

    assert race.defects == []
    assert race.outcomes["not_on_sale"] > 50, race.outcomes
    assert race.ask(checks.DOUBLE_SALES) == []
    assert race.ask(checks.SOLD_WITHOUT_LOCK) == []


@pytest.mark.usefixtures("short_holds")
def test_twin_without_the_primary_key_seats_are_claimed_twice(
    fresh_database: FreshDatabase, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement = str(reserve._HOLD).replace(reserve.TAKE, LOOK_THEN_TAKE)
    assert "NOT EXISTS" in statement
    monkeypatch.setattr(reserve, "_HOLD", text(statement))
    with fresh_database.app.app_context(), transaction() as session:
        session.execute(text("ALTER TABLE seat_locks DROP CONSTRAINT pk_seat_locks"))
    twice: list[object] = []
    race = Race(fresh_database.app, office, attempts=12)

    race.run(lambda: twice.extend(race.ask(checks.LIVE_TWICE)))

    assert twice, "looking first and writing then lets two in"


def test_a_cancelled_departure_takes_no_more_holds(
    fresh_database: FreshDatabase, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _hold_while_cancelling(fresh_database, office, monkeypatch) == "cancel waited"


def test_twin_without_the_schedule_lock_a_hold_slips_in_behind_the_cancellation(
    fresh_database: FreshDatabase, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = str(offer._OFFER).replace("FOR KEY SHARE OF s", "")
    monkeypatch.setattr(offer, "_OFFER", text(unlocked))
    assert _hold_while_cancelling(fresh_database, office, monkeypatch) == "held after cancel"


def _hold_while_cancelling(fresh: FreshDatabase, office: Office, monkeypatch: pytest.MonkeyPatch) -> str:
    """A hold that has read the schedule waits half a second while another connection cancels the departure."""
    has_read, real = threading.Event(), reserve._check

    def check(request: HoldRequest, offered: offer.Offer) -> None:
        has_read.set()
        threading.Event().wait(0.5)
        real(request, offered)

    monkeypatch.setattr(reserve, "_check", check)

    def hold() -> None:
        with fresh.app.app_context():
            reserve.reserve(office.ask(0), ALICE, ACTOR)

    with ThreadPoolExecutor(1) as pool, fresh.app.app_context():
        buyer = pool.submit(hold)
        assert has_read.wait(5)
        checks.cancel_departure(office.schedule_id)
        seen = len(active_reservations(schedule=office.schedule_id))
        buyer.result()
        assert len(active_reservations(schedule=office.schedule_id)) == 1
    return "cancel waited" if seen else "held after cancel"


def test_a_hold_after_the_cancellation_is_refused(fresh_database: FreshDatabase, office: Office) -> None:
    with fresh_database.app.app_context():
        checks.cancel_departure(office.schedule_id)
        with pytest.raises(NotOnSale):
            reserve.reserve(office.ask(0), ALICE, ACTOR)
        db.session.remove()
