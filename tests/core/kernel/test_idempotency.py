"""The same request twice is done once."""

import pytest

from core.kernel.errors import Conflict, RuleBroken
from core.kernel.idempotency import Answer, drop_old, once
from tests.support.clock import Clock

pytestmark = pytest.mark.usefixtures("db_session")


class Work:
    """Counts how often it is done."""

    def __init__(self, status: int = 201) -> None:
        self.times = 0
        self.status = status

    def __call__(self) -> Answer:
        self.times += 1
        return Answer(self.status, {"times": self.times})


def test_the_kept_answer_is_given_again() -> None:
    work = Work()
    assert (
        once("alice", "k1", b"body", work) == once("alice", "k1", b"body", work) == Answer(201, {"times": 1})
    )
    assert work.times == 1


def test_another_request_under_the_same_key_is_a_conflict() -> None:
    once("alice", "k1", b"body", Work())
    with pytest.raises(Conflict) as refused:
        once("alice", "k1", b"other", Work())
    assert refused.value.code == "idempotency_key_reused"


def test_keys_belong_to_their_caller() -> None:
    work = Work()
    once("alice", "k1", b"body", work)
    once("bob", "k1", b"body", work)
    assert work.times == 2


def test_what_failed_may_be_tried_again() -> None:
    def fails() -> Answer:
        raise RuleBroken

    with pytest.raises(RuleBroken):
        once("alice", "k1", b"body", fails)
    assert once("alice", "k1", b"body", Work()).status == 201
    assert once("alice", "k2", b"body", Work(503)).status == 503
    assert once("alice", "k2", b"body", Work()).status == 201


def test_while_it_is_being_done_the_second_is_told_so() -> None:
    def work() -> Answer:
        with pytest.raises(Conflict) as refused:
            once("alice", "k1", b"body", Work())
        assert refused.value.code == "request_in_progress"
        return Answer(200, {})

    assert once("alice", "k1", b"body", work).status == 200


def test_a_request_that_died_gives_way_after_a_minute(clock: Clock) -> None:
    def dies() -> Answer:
        clock.move(seconds=61)
        return once("alice", "k1", b"body", Work())

    assert once("alice", "k1", b"body", dies) == Answer(201, {"times": 1})


def test_keys_are_forgotten_after_a_day(clock: Clock) -> None:
    once("alice", "k1", b"body", Work())
    assert drop_old() == 0
    clock.move(hours=25)
    assert once("alice", "k1", b"other body", Work()).status == 201
    clock.move(hours=25)
    assert drop_old() == 1
