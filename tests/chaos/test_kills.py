"""Whatever dies in the middle: while buyers do everything that can be done over HTTP, the office's processes are killed at
random moments and started again. After each kill every invariant holds, what was promised is there, and in the end everybody
has a booking or their money back.
"""

import random
import time
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.chaos.buyers import Buyers
from tests.chaos.deeds import EVERYTHING
from tests.chaos.ending import settle_everything, unread
from tests.chaos.house import VICTIMS, House
from tests.chaos.visit import Ground
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


def shoot_at(house: House, ground: Ground, kills: int) -> None:
    buyers = Buyers(house.url, ground, SEED, purse=EVERYTHING)
    tally = buyers.tally
    buyers.start()
    eventually(lambda: tally.outcomes["held"] > 5, otherwise=lambda: f"{tally}")
    kill_and_check(house, kills)
    eventually(lambda: not buyers.undone, 60, lambda: f"nobody did {buyers.undone}: {tally} {house.output()}")
    buyers.stop()
    settle_everything(house)

    assert tally.faults == []
    lost = {table: ids for table in tally.promised if (ids := missing(house, table, tally.promised[table]))}
    assert lost == {}, "what was answered for was lost"
    assert len(tally.promised["reservations"]) > kills, f"{tally} {house.output()}"
    assert house.count("SELECT count(*) FROM bookings") > kills // 2, tally
    assert house.count("SELECT count(*) FROM refunds") > 0, tally
    assert unread(house) == set()


def missing(house: House, table: str, promised: list[UUID]) -> set[UUID]:
    """Rows that the office said it had written, and has not."""
    with house.engine.connect() as connection:
        known = connection.execute(text(f"SELECT id FROM {table}")).scalars()
        return set(promised) - set(known)


@pytest.mark.timeout(400)
def test_6_kills(house: House, ground: Ground) -> None:
    shoot_at(house, ground, 6)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_500_kills(house: House, ground: Ground) -> None:
    shoot_at(house, ground, 500)
