"""Who watches what is known between processes; nobody is told of what nobody watches."""

from uuid import UUID

from redis import Redis

from core.booking.reserve import reserve
from core.kernel.ids import new_id
from core.live.watched import LASTS_SECONDS, Watched
from tests.support.factories import ACTOR, ALICE, BOB, make_office
from tests.support.mail import free_port
from tests.support.watcher import Watcher
from tests.support.web import LiveServer


class Process:
    """What one process knows; `rooms` are what is watched in it."""

    def __init__(self, redis_url: str | None, *rooms: UUID) -> None:
        self.rooms = list(rooms)
        self.watched = Watched(lambda: self.rooms, redis_url)


def test_what_another_process_has_marked_counts_and_what_nobody_watches_does_not(redis_url: str) -> None:
    here, elsewhere, nowhere = new_id(), new_id(), new_id()
    emitting, serving = Process(redis_url, here), Process(redis_url)

    serving.watched.mark([elsewhere])

    assert emitting.watched.among([here, elsewhere, nowhere]) == [here, elsewhere]


def test_a_mark_ends_by_itself_and_is_made_again(redis_url: str) -> None:
    room = new_id()
    emitting, serving = Process(redis_url), Process(redis_url, room)
    serving.watched.mark_all()
    [key] = Redis.from_url(redis_url).keys(f"*{room}")

    assert 0 < Redis.from_url(redis_url).ttl(key) <= LASTS_SECONDS
    Redis.from_url(redis_url).delete(key)
    assert emitting.watched.among([room]) == []
    serving.watched.mark_all()
    assert emitting.watched.among([room]) == [room]


def test_one_process_without_redis_knows_its_own() -> None:
    here, nowhere = new_id(), new_id()

    assert Process(None, here).watched.among([here, nowhere]) == [here]


def test_everything_counts_as_watched_while_redis_is_away() -> None:
    process = Process(f"redis://127.0.0.1:{free_port()}/0")
    rooms = [new_id(), new_id()]

    process.watched.mark(rooms)

    assert process.watched.among(rooms) == rooms


def test_the_first_watcher_of_a_schedule_hears_the_very_next_change(live_server: LiveServer) -> None:
    with live_server.app.app_context():
        office = make_office()
        reserve(office.ask(0), ALICE, ACTOR)
    watcher = Watcher(live_server.url)
    try:
        assert len(watcher.join(office.schedule_id)["changes"]) == 1
        with live_server.app.app_context():
            reserve(office.ask(1), BOB, ACTOR)
        watcher.hear("seats", lambda _: watcher.state_of(office.seats[1], 0) == "reserved", seconds=1)
    finally:
        watcher.close()
