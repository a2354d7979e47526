"""No seat is sold twice, whoever comes at the same moment; and what happens when the lock is taken away."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.booking import offer, reserve
from core.booking.errors import NotOnSale
from core.booking.queries import active_reservations
from core.inventory.locks import take_statement
from core.inventory.models import LockKind
from core.kernel.db import db, transaction
from core.proof.seats import ONE_OWNER
from tests.concurrency.race import Race, cancel_departure, tidy, wait_until_it_sleeps
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, Office, make_office

#: A hold as it would be written by somebody who looks first and, a moment later, writes.
LOOK_THEN_TAKE = """
INSERT INTO seat_locks (schedule_id, layout_id, seat_id, leg, kind, reservation_id, expires_at)
SELECT %(schedule_id)s, %(layout_id)s, seat, leg, 'hold', %(reservation_id)s, offered.expires_at
FROM offered CROSS JOIN LATERAL (SELECT pg_sleep(0.1)) AS pause CROSS JOIN unnest(%(seat_ids)s::uuid[]) AS seat
CROSS JOIN generate_series(%(first_leg)s::int, %(last_leg)s::int) AS leg
WHERE NOT EXISTS (SELECT 1 FROM seat_locks l WHERE l.schedule_id = %(schedule_id)s AND l.seat_id = seat
  AND l.leg = leg.leg AND (l.kind <> 'hold' OR l.expires_at > app_now()))
RETURNING seat_id, leg
"""

#: Half a second between the lock on the schedule and the first row of a hold.
SLOW_HOLDS = """
CREATE FUNCTION wait_a_little() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END $$;
CREATE TRIGGER wait_a_little BEFORE INSERT ON reservations FOR EACH ROW EXECUTE FUNCTION wait_a_little();
"""


@pytest.fixture
def office(fresh_database: FreshDatabase) -> Office:
    with fresh_database.app.app_context():
        return make_office(rows=3)


@pytest.fixture
def short_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holds of 60 milliseconds, so that many run out while they are being paid."""
    real = offer._offer
    monkeypatch.setattr(offer, "_offer", lambda row: replace(real(row), hold=timedelta(milliseconds=60)))


@pytest.mark.usefixtures("patient", "short_holds")
def test_24_buyers_on_12_seats_and_5_legs(fresh_database: FreshDatabase, office: Office) -> None:
    race = Race(fresh_database.app, office).run(tidy, tidy)

    assert race.defects == []
    assert race.broken() == []
    assert race.deadlocks() == 0
    assert race.outcomes["busy"] == 0
    assert race.outcomes["pay"] > 10, race.outcomes
    assert race.outcomes["booked"] > 2, race.outcomes
    assert race.outcomes["seat_taken"] > 10, race.outcomes


@pytest.mark.usefixtures("patient", "short_holds")
def test_a_departure_is_cancelled_under_24_buyers(fresh_database: FreshDatabase, office: Office) -> None:
    race = Race(fresh_database.app, office, attempts=20)

    def cancel_once() -> None:
        if not race.closed.is_set() and race.outcomes.total() > 100:
            cancel_departure(office.schedule_id)
            race.closed.set()

    race.run(tidy, cancel_once)

    assert race.closed.is_set()
    assert race.defects == []
    assert race.deadlocks() == 0
    assert race.outcomes["busy"] == 0
    assert race.outcomes["not_on_sale"] > 50, race.outcomes
    assert race.broken() == []


def test_twin_without_the_primary_key_seats_are_claimed_twice(
    fresh_database: FreshDatabase, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking = take_statement(LockKind.HOLD, expires_at="offered.expires_at", source="offered CROSS JOIN ")
    assert taking in reserve._HOLD
    monkeypatch.setattr(reserve, "_HOLD", reserve._HOLD.replace(taking, LOOK_THEN_TAKE))
    with fresh_database.app.app_context(), transaction() as session:
        session.execute(text("ALTER TABLE seat_locks DROP CONSTRAINT pk_seat_locks"))
    race = Race(fresh_database.app, office, attempts=12).run()

    found = {finding.invariant for finding in race.broken()}
    assert ONE_OWNER in found, (
        f"looking first and writing then lets two in: {race.outcomes} {race.defects[:2]}"
    )


def test_a_cancelled_departure_takes_no_more_holds(fresh_database: FreshDatabase, office: Office) -> None:
    assert _hold_while_cancelling(fresh_database, office) == "cancel waited"


def test_twin_without_the_schedule_lock_a_hold_slips_in_behind_the_cancellation(
    fresh_database: FreshDatabase, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = reserve._HOLD.replace("FOR KEY SHARE OF s", "")
    assert unlocked != reserve._HOLD
    monkeypatch.setattr(reserve, "_HOLD", unlocked)
    assert _hold_while_cancelling(fresh_database, office) == "held after cancel"


def _hold_while_cancelling(fresh: FreshDatabase, office: Office) -> str:
    """A hold that has seen the schedule on sale takes half a second while another connection cancels the departure."""

    def hold() -> None:
        with fresh.app.app_context():
            reserve.reserve(office.ask(0), ALICE, ACTOR)

    with ThreadPoolExecutor(1) as pool, fresh.app.app_context():
        with transaction() as session:
            session.execute(text(SLOW_HOLDS))
        buyer = pool.submit(hold)
        wait_until_it_sleeps()
        cancel_departure(office.schedule_id)
        seen = len(active_reservations(schedule=office.schedule_id))
        buyer.result()
        assert len(active_reservations(schedule=office.schedule_id)) == 1
    return "cancel waited" if seen else "held after cancel"


def test_a_hold_after_the_cancellation_is_refused(fresh_database: FreshDatabase, office: Office) -> None:
    with fresh_database.app.app_context():
        cancel_departure(office.schedule_id)
        with pytest.raises(NotOnSale):
            reserve.reserve(office.ask(0), ALICE, ACTOR)
        db.session.remove()
