"""Killed at the worst moment: PostgreSQL in the middle of commits, a worker while the mail server has its letter, cron while it
does a worker's work. What was promised before is kept, what was not is done again.
"""

from functools import partial

import pytest

from tests.chaos.buyers import Buyers
from tests.chaos.ending import settle_everything, unread
from tests.chaos.house import House
from tests.chaos.visit import Ground
from tests.support.processes import eventually

SEED = 7
#: A commit that takes long enough to be hit: constraints that wait for its end are asked in the middle of it.
SLOW_COMMITS = (
    "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END'",
    "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON bookings DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION dawdle()",
)
COMMITTING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query ILIKE 'commit%'"
#: Whoever died with a claim loses it after a minute; nobody waits for that here.
LET_CLAIMS_GO = "UPDATE outbox SET claimed_at = claimed_at - interval '2 minutes' WHERE done_at IS NULL"


def buying(house: House, ground: Ground) -> Buyers:
    buyers = Buyers(house.url, ground, SEED, number=3, chance_of_mail=0.5)
    buyers.start()
    return buyers


def end_well(house: House, buyers: Buyers) -> None:
    buyers.stop()
    settle_everything(house)
    assert buyers.tally.faults == []
    assert house.count("SELECT count(*) FROM bookings") > 0, buyers.tally.outcomes
    assert unread(house) == set()


def kill_postgresql_in_mid_commit(house: House, buyers: Buyers, kills: int) -> None:
    house.do(*SLOW_COMMITS)
    for number in range(kills):
        eventually(
            lambda: house.count(COMMITTING) > 0, 30, lambda: f"nobody commits: {buyers.tally.outcomes}"
        )
        house.kill("postgres")
        house.start("postgres")
        assert [str(each) for each in house.broken()] == [], f"after kill {number + 1}"


def kill_in_mid_letter(house: House, sender: str, kills: int) -> None:
    """The letter arrives, the word of it does not: it goes out again under its old Message-ID, and everybody else's too."""
    house.mail.answer_after = 2
    for number in range(kills):
        known = len(house.mail.messages)
        eventually(partial(lambda before: len(house.mail.messages) > before, known), 60, house.output)
        house.kill(sender)
        house.start(sender)
        assert [str(each) for each in house.broken()] == [], f"after kill {number + 1}"
        house.do(LET_CLAIMS_GO)
    house.mail.answer_after = 0


def assert_something_was_sent_twice(house: House) -> None:
    names = [str(mail["Message-ID"]) for mail in house.mail.messages]
    assert len(set(names)) < len(names), "nobody was killed in the middle of a letter"


@pytest.mark.timeout(300)
def test_postgresql_in_mid_commit_and_a_worker_in_mid_letter(house: House, ground: Ground) -> None:
    buyers = buying(house, ground)
    kill_in_mid_letter(house, "worker", 1)
    kill_postgresql_in_mid_commit(house, buyers, 2)
    end_well(house, buyers)
    assert_something_was_sent_twice(house)


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_postgresql_in_the_middle_of_many_commits(house: House, ground: Ground) -> None:
    buyers = buying(house, ground)
    kill_postgresql_in_mid_commit(house, buyers, 30)
    end_well(house, buyers)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("sender", ["worker", "cron"])
def test_senders_in_the_middle_of_many_letters(house: House, ground: Ground, sender: str) -> None:
    if sender == "cron":  # without Redis there is no worker to wake, so it sends by itself
        house.kill("worker")
        house.kill("redis")
    buyers = buying(house, ground)
    kill_in_mid_letter(house, sender, 10)
    end_well(house, buyers)
    assert_something_was_sent_twice(house)
