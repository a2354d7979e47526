"""Live seats as watchers see them: real sockets, a real office, a hold made by another connection."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from sqlalchemy import text

from core.booking.alter import alter
from core.booking.blocks import BlockRequest, block_seats
from core.booking.cancel import cancel
from core.booking.requests import Seating
from core.booking.reserve import reserve
from core.inventory.queries import seat_map
from core.kernel.db import db
from core.live.emitter import start
from core.live.server import tell
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, make_office
from tests.support.watcher import Watcher
from tests.support.web import LiveServer

DETAILS = {"document_kind": "passport", "document_number": "P1", "phone": "+351912345678"}


def send(url: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """POST JSON; the status and what was answered."""
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        return refused.code, json.load(refused)


@pytest.fixture
def office(live_server: LiveServer) -> Office:
    with live_server.app.app_context():
        return make_office()


@pytest.fixture
def watch(live_server: LiveServer) -> Iterator[Callable[[], Watcher]]:
    made: list[Watcher] = []

    def connect() -> Watcher:
        made.append(Watcher(live_server.url))
        return made[-1]

    yield connect
    for watcher in made:
        watcher.close()


def test_two_watchers_see_a_hold_and_its_release_within_a_second(
    live_server: LiveServer, office: Office, watch: Callable[[], Watcher]
) -> None:
    watchers = [watch(), watch()]
    for watcher in watchers:
        assert watcher.join(office.schedule_id)["changes"] == []

    with live_server.app.app_context():
        held = reserve(office.ask(0, first=0, last=2), ALICE, ACTOR)
        done = time.monotonic()
    for watcher in watchers:
        watcher.hear("seats", seconds=1)
        assert watcher.state_of(office.seats[0], 0) == "reserved"
        assert watcher.state_of(office.seats[0], 2) == "available"
        assert watcher.heard[-1][2] - done < 1

    with live_server.app.app_context():
        cancel(held.reservation_id, ALICE, ACTOR)
    for watcher in watchers:
        watcher.hear("seats", lambda heard: len(heard) == 2, seconds=1)
        assert watcher.state_of(office.seats[0], 0) == "available"


def test_of_two_who_touch_the_same_seat_one_is_told_that_it_is_gone_and_both_see_it_within_a_second(
    live_server: LiveServer, office: Office, watch: Callable[[], Watcher]
) -> None:
    watchers = [watch(), watch()]
    for watcher in watchers:
        watcher.join(office.schedule_id)
    start = Barrier(2)

    def touch(_: int) -> tuple[int, dict[str, Any]]:
        person = {"seat_id": str(office.seats[0]), "full_name": "Ana Luz", "details": DETAILS}
        asked = {
            "schedule_id": str(office.schedule_id),
            "from_position": 0,
            "to_position": 5,
            "passengers": [person],
        }
        start.wait(5)
        return send(f"{live_server.url}/api/v1/reservations/create", asked)

    with ThreadPoolExecutor(2) as pool:
        (won, held), (lost, told) = sorted(pool.map(touch, range(2)), key=lambda answer: answer[0])
    done = time.monotonic()

    assert (won, lost, told["code"], told["seats"]) == (201, 409, "seat_taken", ["1A"])
    assert told["title"] == "Somebody else was a moment faster: seat 1A cannot be had any more."
    for watcher in watchers:
        watcher.hear("seats", seconds=1)
        assert watcher.state_of(office.seats[0], 0) == "reserved"
        assert watcher.heard[-1][2] - done < 1
    with live_server.app.app_context():
        [mine] = [seat for seat in seat_map(office.schedule_id, 0, 5).seats if seat.held_until]
    assert mine.held_until is not None
    assert mine.held_until.isoformat() == held["expires_at"]


def test_a_change_of_seats_shows_both_seats_and_a_block_is_seen_at_once(
    live_server: LiveServer, office: Office, watch: Callable[[], Watcher]
) -> None:
    watcher = watch()
    watcher.join(office.schedule_id)
    with live_server.app.app_context():
        held = reserve(office.ask(0), ALICE, ACTOR)
        watcher.hear("seats", seconds=1)
        alter(held.reservation_id, ALICE, ACTOR, [Seating(office.seats[1], full_name="Ana Luz")])
    watcher.hear("seats", lambda heard: len(heard) == 2, seconds=1)
    assert [watcher.state_of(office.seats[n], 0) for n in (0, 1)] == ["available", "reserved"]

    with live_server.app.app_context():
        block_seats(BlockRequest(office.schedule_id, [office.seats[5]]), "broken", CLERK)
    watcher.hear("seats", lambda heard: len(heard) == 3, seconds=1)
    assert watcher.state_of(office.seats[5], 0) == "blocked"


def test_a_delta_says_until_when_a_seat_is_held_so_that_a_browser_frees_it_by_itself(
    live_server: LiveServer, office: Office, watch: Callable[[], Watcher]
) -> None:
    watcher = watch()
    watcher.join(office.schedule_id)

    with live_server.app.app_context():
        held = reserve(office.ask(3), BOB, ACTOR)

    [delta] = watcher.hear("seats", seconds=1)
    assert delta["changes"][0]["held_until"] == held.expires_at.isoformat()
    assert "Bob" not in str(delta)


def test_deltas_of_one_schedule_reach_only_those_who_watch_it(
    live_server: LiveServer, office: Office, watch: Callable[[], Watcher]
) -> None:
    with live_server.app.app_context():
        other = make_office()
    here, elsewhere = watch(), watch()
    here.join(office.schedule_id)
    elsewhere.join(office.schedule_id)
    elsewhere.join(other.schedule_id)

    with live_server.app.app_context():
        reserve(office.ask(0), ALICE, ACTOR)

    here.hear("seats", seconds=1)
    time.sleep(0.3)
    assert elsewhere.named("seats") == []


def test_deltas_follow_each_other_without_a_gap(
    live_server: LiveServer, office: Office, watch: Callable[[], Watcher]
) -> None:
    watcher = watch()
    watcher.join(office.schedule_id)

    for _ in range(3):
        with live_server.app.app_context():
            held = reserve(office.ask(0), ALICE, ACTOR)
            time.sleep(0.3)
            cancel(held.reservation_id, ALICE, ACTOR)
        time.sleep(0.3)

    deltas = watcher.hear("seats", lambda heard: len(heard) >= 6)
    assert [delta["n"] for delta in deltas] == list(range(deltas[0]["n"], deltas[0]["n"] + len(deltas)))
    assert len({delta["epoch"] for delta in deltas}) == 1


def test_a_second_emitter_waits_for_the_first_and_takes_over_when_it_ends(
    live_server: LiveServer, office: Office, watch: Callable[[], Watcher]
) -> None:
    watcher = watch()
    watcher.join(office.schedule_id)
    second = start(live_server.app)

    with live_server.app.app_context():
        reserve(office.ask(0), ALICE, ACTOR)
    watcher.hear("seats", seconds=1)
    time.sleep(0.3)

    assert len(watcher.named("seats")) == 1
    second.stop()


def test_the_outbox_is_drained_of_seat_changes_and_of_nothing_else(
    live_server: LiveServer, office: Office, watch: Callable[[], Watcher]
) -> None:
    watcher = watch()
    watcher.join(office.schedule_id)
    with live_server.app.app_context():
        db.session.execute(text("INSERT INTO outbox (kind, payload) VALUES ('booking.confirmed', '{}')"))
        db.session.commit()
        reserve(office.ask(0), ALICE, ACTOR)
        watcher.hear("seats", seconds=1)
        kinds = db.session.execute(text("SELECT kind FROM outbox")).scalars().all()
    assert kinds == ["booking.confirmed"]


@pytest.mark.parametrize("message", [None, [], "x", {}, {"schedule_id": 7}, {"schedule_id": "not one"}])
def test_nonsense_is_refused_and_the_connection_lives_on(
    office: Office, watch: Callable[[], Watcher], message: object
) -> None:
    watcher = watch()
    watcher.say("join", message)

    assert watcher.hear("refused") == [{"code": "malformed"}]
    assert watcher.join(office.schedule_id)["changes"] == []


def test_an_unknown_schedule_is_refused(watch: Callable[[], Watcher]) -> None:
    watcher = watch()
    watcher.say("join", {"schedule_id": str(uuid4())})

    assert watcher.hear("refused") == [{"code": "not_found"}]


def test_without_redis_deltas_reach_the_watchers_of_the_same_process(
    live_server: LiveServer, office: Office, watch: Callable[[], Watcher]
) -> None:
    watcher = watch()
    watcher.join(office.schedule_id)
    manager = live_server.app.extensions["socketio"].server.manager
    manager.redis = None
    manager.redis_url = "unix:///nowhere/at/all.sock"
    manager.connected = False

    tell(live_server.app, office.schedule_id, {"schedule_id": str(office.schedule_id), "changes": []})

    watcher.hear("seats", seconds=1)
