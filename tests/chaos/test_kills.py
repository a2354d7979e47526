"""Whatever dies in the middle: while buyers buy over HTTP, the office's processes are killed at random moments and started
again. After each kill every invariant holds, and in the end everybody has a booking or their money back.
"""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from core.app import create_app
from core.booking.expire import sweep
from core.booking.reconcile import reconcile
from core.jobs.handlers import HANDLERS
from core.jobs.relay import Relay
from core.kernel import outbox
from core.kernel.db import db
from core.payments.gateways.catalogue import gateway
from core.proof.departures import Departures, make_departures
from core.proof.invariants import broken
from tests.chaos.buyers import Buyers
from tests.chaos.house import VICTIMS, House, open_house
from tests.support.processes import eventually

SEED = 20260
TOLD = "SELECT count(*) FROM messages WHERE kind = 'booking.confirmed' AND status = 'sent'"
WITH_ADDRESS = "SELECT count(*) FROM bookings b JOIN reservations r ON r.id = b.reservation_id WHERE r.contact_email IS NOT NULL"


@pytest.fixture
def house(run_folder: Path) -> Iterator[House]:
    with open_house(run_folder) as opened:
        yield opened


@pytest.fixture
def departures(house: House) -> Departures:
    app = create_app(house.settings)
    with app.app_context():
        made = make_departures(60, hold_minutes=1, passenger_fields={"web": ["full_name"]})
        db.session.remove()
        db.engine.dispose()
    return made


def kill_and_check(house: House, kills: int) -> None:
    """Kill one after the other; the invariants are asked as soon as there is a database to ask."""
    chance = random.Random(SEED)
    for number in range(kills):
        time.sleep(chance.uniform(0.2, 1.0))
        victim = chance.choice(VICTIMS)
        house.kill(victim)
        time.sleep(chance.uniform(0, 0.4))
        house.start(victim)
        assert [str(each) for each in house.broken()] == [], f"after kill {number + 1}, of {victim}"


def settle_everything(house: House) -> None:
    """What cron and a worker would do in the next minutes, with the clock moved on by three of them."""
    for name in ("web", "worker", "cron"):
        house.kill(name)
    with house.engine.connect() as connection:
        connection.execute(text("ALTER DATABASE bookinghall SET bookinghall.clock_shift = '3 minutes'"))
    app = create_app(house.settings.model_copy(update={"redis_url": None}))
    with app.app_context():
        for _ in range(4):
            sweep(10_000)
            reconcile(10_000)
            while outbox.waiting(tuple(HANDLERS), limit=1) and Relay().round():
                pass
        check_the_end(app)
        db.session.remove()
        db.engine.dispose()


def check_the_end(app: Flask) -> None:
    """Nothing is open, and the gateway has no money that the office does not know of."""
    assert [str(each) for each in broken(db.session.connection())] == []
    open_ones = text(
        "SELECT (SELECT count(*) FROM reservations WHERE status = 'active'), (SELECT count(*) FROM refunds"
        " WHERE status = 'pending'), (SELECT count(*) FROM outbox WHERE done_at IS NULL AND kind <> 'seats.changed')"
    )
    assert tuple(db.session.execute(open_ones).one()) == (0, 0, 0)
    unpaid = text("SELECT id FROM payments WHERE status IN ('pending', 'failed')")
    for payment_id in db.session.execute(unpaid).scalars().all():
        answer = gateway("simulated").find(payment_id)
        assert answer is None or answer.status != "completed", f"payment {payment_id} was taken and forgotten"


def shoot_at(house: House, departures: Departures, kills: int) -> None:
    buyers = Buyers(house.url, departures, SEED)
    buyers.start()
    eventually(lambda: len(buyers.holds) > 5, otherwise=lambda: f"{buyers.outcomes} {buyers.faults}")
    kill_and_check(house, kills)
    buyers.stop()
    settle_everything(house)

    assert buyers.faults == []
    kept = house.count("SELECT count(*) FROM reservations")
    assert kept >= len(buyers.holds) > kills, f"{buyers.outcomes} {house.output()}"
    with house.engine.connect() as connection:
        known = set(connection.execute(text("SELECT id FROM reservations")).scalars())
    assert {UUID(hold) for hold in buyers.holds} <= known, "a hold that was answered for was lost"
    assert house.count("SELECT count(*) FROM bookings") > kills // 2, buyers.outcomes
    assert house.count("SELECT count(*) FROM refunds") > 0, buyers.outcomes


@pytest.mark.timeout(400)
def test_20_kills(house: House, departures: Departures) -> None:
    shoot_at(house, departures, 20)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_500_kills(house: House, departures: Departures) -> None:
    shoot_at(house, departures, 500)


@pytest.mark.timeout(300)
def test_without_redis_selling_and_mail_go_on_and_workers_come_back(
    house: House, departures: Departures
) -> None:
    """Nobody misses it: holds and payments work, cron delivers by itself, and the worker comes back with it."""
    house.kill("redis")
    buyers = Buyers(house.url, departures, SEED, number=2)
    buyers.start()
    eventually(lambda: house.count(TOLD) > 0, 60, lambda: f"{buyers.outcomes} {house.output()}")
    sold = house.count("SELECT count(*) FROM bookings")
    house.start("redis")
    told = house.count(TOLD)
    eventually(lambda: house.count(TOLD) > told, 60, house.output)
    buyers.stop()
    settle_everything(house)

    assert buyers.faults == []
    assert sold > 0
    assert house.count(TOLD) == house.count(WITH_ADDRESS)
