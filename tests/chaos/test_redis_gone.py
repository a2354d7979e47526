"""Redis is away for long: nobody who buys notices. When it is back, every mail has gone out and a watcher sees what is so."""

import time

import pytest

from tests.chaos.buyers import Buyers
from tests.chaos.ending import settle_everything, unread
from tests.chaos.follower import Follower
from tests.chaos.house import House
from tests.chaos.visit import Ground
from tests.support.processes import eventually

SEED = 20260
SOLD = "SELECT count(*) FROM bookings"
TOLD = "SELECT count(*) FROM messages WHERE kind = 'booking.confirmed' AND status = 'sent'"
WITH_ADDRESS = "SELECT count(*) FROM bookings b JOIN reservations r ON r.id = b.reservation_id WHERE r.contact_email IS NOT NULL"
#: How soon after Redis has come back everything is as if it had never been away.
SOON = 15.0


def without_redis(house: House, ground: Ground, seconds: float) -> None:
    follower = Follower(house, ground.departures)
    house.kill("redis")
    buyers = Buyers(house.url, ground, SEED, number=2, chance_of_mail=0.5)
    buyers.start()
    gone_until = time.monotonic() + seconds
    eventually(lambda: house.count(TOLD) > 0, 60, lambda: f"{buyers.tally.outcomes} {house.output()}")
    time.sleep(max(0.0, gone_until - time.monotonic()))
    sold, told = house.count(SOLD), house.count(TOLD)

    house.start("redis")

    eventually(lambda: house.count(TOLD) > told, 60, house.output)
    buyers.stop()
    eventually(follower.is_right, SOON, lambda: f"the watcher is wrong: {house.output()}")
    everybody_has_it = "SELECT count(*) FROM outbox WHERE kind = 'booking.confirmed' AND done_at IS NULL"
    eventually(lambda: house.count(everybody_has_it) == 0, SOON, house.output)
    eventually(lambda: unread(house) == set(), SOON, house.output)
    follower.close()
    settle_everything(house)

    assert buyers.tally.faults == []
    assert sold > 0
    assert house.count(TOLD) == house.count(WITH_ADDRESS) <= len(house.mail.messages)
    assert unread(house) == set()


@pytest.mark.long
@pytest.mark.timeout(300)
def test_for_seconds(house: House, ground: Ground) -> None:
    without_redis(house, ground, 5)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_for_minutes(house: House, ground: Ground) -> None:
    without_redis(house, ground, 180)
