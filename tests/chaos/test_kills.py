"""Whatever dies in the middle: while buyers buy over HTTP, the office's processes are killed at random moments and started
again. After each kill every invariant holds, and in the end everybody has a booking or their money back.
"""

import random
import time
from uuid import UUID

import pytest
from sqlalchemy import text

from core.proof.departures import Departures
from tests.chaos.buyers import Buyers
from tests.chaos.ending import settle_everything, unread
from tests.chaos.house import VICTIMS, House
from tests.support.processes import eventually

SEED = 20260


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
    assert unread(house) == set()


@pytest.mark.timeout(400)
def test_20_kills(house: House, departures: Departures) -> None:
    shoot_at(house, departures, 20)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_500_kills(house: House, departures: Departures) -> None:
    shoot_at(house, departures, 500)
