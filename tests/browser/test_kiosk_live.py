"""Two kiosks look at the same seats: what one does the other sees within a second, with and without sockets."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, WebSocket, WebSocketRoute, expect
from sqlalchemy import text

from core.booking.reserve import reserve
from core.kernel.db import db
from tests.browser.conftest import Till
from tests.support.factories import ACTOR, ALICE
from tests.support.kiosk import Kiosk

pytestmark = pytest.mark.browser
SECOND = 1000


@pytest.fixture
def two(new_kiosk: Callable[..., Kiosk]) -> tuple[Kiosk, Kiosk]:
    """Two kiosks at the seat map; the first has touched 3A, the second 1A."""
    first, second = new_kiosk("Kiosk 1").open(), new_kiosk("Kiosk 2").open()
    for kiosk, seat in ((first, "3A"), (second, "1A")):
        kiosk.choose_departure()
        kiosk.seat(seat).click()
        expect(kiosk.go_on).to_be_enabled()
    return first, second


def test_a_hold_and_its_release_are_seen_on_the_other_screen_within_a_second(
    two: tuple[Kiosk, Kiosk],
) -> None:
    first, second = two
    first.page.click("#go-on")
    first.at("details")
    expect(second.seat("3A")).to_have_attribute("data-mark", "held", timeout=SECOND)
    expect(second.seat("3A")).to_have_attribute("aria-label", "Seat 3A, window, Being bought")

    first.page.click("#stop")
    expect(second.seat("3A")).to_have_attribute("data-mark", "free", timeout=SECOND)


def test_who_goes_back_keeps_the_seat_until_another_is_taken_in_its_place(two: tuple[Kiosk, Kiosk]) -> None:
    first, second = two
    first.page.click("#go-on")
    first.at("details").page.fill("#email", "ana@example.org")
    first.page.click("#go-on")
    first.at("pay").page.click("#go-back")
    first.at("seats")
    expect(first.seat("3A")).to_have_attribute("data-mark", "mine")
    expect(first.page.get_by_role("timer")).to_be_visible()
    expect(second.seat("3A")).to_have_attribute("data-mark", "held", timeout=SECOND)

    first.seat("2A").click()
    first.page.click("#go-on")
    first.at("details")
    assert first.page.input_value("#email") == "ana@example.org"
    expect(second.seat("2A")).to_have_attribute("data-mark", "held", timeout=SECOND)
    expect(second.seat("3A")).to_have_attribute("data-mark", "free", timeout=SECOND)

    first.page.click("#go-back")
    first.at("seats").page.click("#adult-more")
    expect(first.page.locator('#seat-map [data-mark="mine"]')).to_have_count(2)
    assert "2A" in first.mine()
    expect(first.go_on).to_be_enabled()
    first.page.click("#go-on")
    first.at("details").page.click("#go-on")
    first.at("pay").page.click("#method-card")
    first.page.click("#go-on")
    first.at("ticket")
    expect(second.seat("2A")).to_have_attribute("data-mark", "taken", timeout=2 * SECOND)


def test_a_sale_is_seen_on_the_other_screen(two: tuple[Kiosk, Kiosk]) -> None:
    first, second = two
    first.page.click("#go-on")
    first.at("details").page.click("#go-on")
    first.at("pay").page.click("#method-card")
    first.page.click("#go-on")
    first.at("ticket")

    expect(second.seat("3A")).to_have_attribute("data-mark", "taken", timeout=2 * SECOND)


def test_when_the_chosen_seat_goes_another_is_chosen_and_said(two: tuple[Kiosk, Kiosk]) -> None:
    first, second = two
    second.seat("3A").click()
    first.page.click("#go-on")

    notice = second.page.locator(".notice")
    expect(notice).to_contain_text("Seat 3A has just been taken. We picked", timeout=2 * SECOND)
    assert second.mine() != ["3A"]
    assert len(second.mine()) == 1
    expect(second.go_on).to_be_enabled()


def test_of_two_who_touch_in_the_same_moment_one_goes_on_and_the_other_is_offered_the_next_best(
    two: tuple[Kiosk, Kiosk],
) -> None:
    for kiosk in two:
        kiosk.seat("3A").click()
        expect(kiosk.seat("3A")).to_have_attribute("data-mark", "mine")
        expect(kiosk.go_on).to_be_enabled()
    moment = time.time() * 1000 + 400
    for kiosk in two:
        touch = "at => setTimeout(() => document.getElementById('go-on').click(), at - Date.now())"
        kiosk.page.evaluate(touch, moment)

    winner, loser = two
    expect(
        winner.page.locator('#screen[data-step="details"]').or_(winner.page.locator(".notice"))
    ).to_be_visible()
    if winner.step != "details":
        winner, loser = loser, winner
    winner.at("details")
    expect(loser.page.locator(".notice")).to_contain_text("3A", timeout=SECOND)
    expect(loser.seat("3A")).to_have_attribute("data-mark", "held", timeout=SECOND)
    expect(loser.go_on).to_be_enabled()
    assert len(loser.mine()) == 1
    loser.page.click("#go-on")
    loser.at("details")


def test_a_seat_lost_in_the_same_moment_is_named_and_nothing_is_held(till: Till, kiosk: Kiosk) -> None:
    kiosk.choose_departure()
    kiosk.seat("2A").click()
    kiosk.page.context.route_web_socket("**/socket.io/**", lambda socket: socket.close())

    def faster(route: Route) -> None:
        _take(till, 4)
        route.continue_()

    kiosk.page.route("**/kiosk/api/holds", faster)
    kiosk.page.click("#go-on")

    expect(kiosk.page.locator(".notice")).to_contain_text("2A")
    expect(kiosk.go_on).to_be_enabled()
    assert kiosk.mine() != ["2A"]
    with till.server.app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM reservations")).scalar_one() == 1


def test_without_sockets_the_screen_asks_every_five_seconds(
    till: Till, new_kiosk: Callable[..., Kiosk]
) -> None:
    kiosk = new_kiosk()
    kiosk.page.route("**/socket.io/**", lambda route: route.abort())
    kiosk.page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    kiosk.open().choose_departure()
    kiosk.seat("3A").click()

    _take(till, 0)

    expect(kiosk.seat("1A")).to_have_attribute("data-mark", "held", timeout=7 * SECOND)


def test_a_hold_that_runs_out_is_freed_by_the_screen_itself(till: Till, kiosk: Kiosk) -> None:
    kiosk.choose_departure()
    kiosk.seat("3A").click()
    _take(till, 0)
    expect(kiosk.seat("1A")).to_have_attribute("data-mark", "held", timeout=2 * SECOND)

    with till.server.app.app_context():
        db.session.execute(text("UPDATE seat_locks SET expires_at = app_now() + interval '2 s'"))
        db.session.execute(
            text(
                "INSERT INTO outbox (kind, payload) VALUES ('seats.changed', jsonb_build_object('schedule_id', CAST(:id AS text)))"
            ),
            {"id": str(till.office.schedule_id)},
        )
        db.session.commit()

    expect(kiosk.seat("1A")).to_have_attribute("data-mark", "free", timeout=4 * SECOND)


def test_a_gap_in_the_numbers_brings_the_whole_state_again(
    till: Till, new_kiosk: Callable[..., Kiosk]
) -> None:
    kiosk = new_kiosk()
    asked: list[str] = []
    answered: list[str] = []
    kiosk.page.on("websocket", lambda socket: _listen(socket, asked, answered))
    kiosk.open().choose_departure()
    _until(kiosk, lambda: len(answered) == 1)
    emit = till.server.app.extensions["socketio"].emit
    room = f"schedule:{till.office.schedule_id}"
    delta = {"schedule_id": str(till.office.schedule_id), "epoch": "e", "changes": []}

    for number in (1, 3):
        emit("seats", {**delta, "n": number}, namespace="/seats", to=room)

    _until(kiosk, lambda: len(answered) == 2)
    assert len(asked) == 2


def test_a_snapshot_that_a_delta_overtakes_hides_nothing_of_it(
    till: Till, new_kiosk: Callable[..., Kiosk]
) -> None:
    kiosk = new_kiosk()
    snapshots: list[str | bytes] = []
    deltas: list[str | bytes] = []
    pages: list[WebSocketRoute] = []

    def hold_snapshots_back(page: WebSocketRoute) -> None:
        pages.append(page)

        def from_server(message: str | bytes) -> None:
            (snapshots if '/seats,["snapshot"' in str(message) else deltas).append(message)
            if message not in snapshots:
                page.send(message)

        page.connect_to_server().on_message(from_server)

    kiosk.page.route_web_socket("**/socket.io/**", hold_snapshots_back)
    kiosk.open().choose_departure()
    _until(kiosk, lambda: len(snapshots) == 1)
    _take(till, 11)
    _until(kiosk, lambda: any('/seats,["seats"' in str(delta) for delta in deltas))

    for page in pages:
        page.send(snapshots[0])

    expect(kiosk.seat("3D")).to_have_attribute("data-mark", "held", timeout=SECOND)


def _listen(socket: WebSocket, asked: list[str], answered: list[str]) -> None:
    """Keeps what a page asks of its socket (to join) and is answered (the whole state)."""
    socket.on("framesent", lambda frame: asked.append(str(frame)) if '/seats,["join"' in str(frame) else None)
    socket.on(
        "framereceived",
        lambda frame: answered.append(str(frame)) if '/seats,["snapshot"' in str(frame) else None,
    )


def _until(kiosk: Kiosk, happened: Callable[[], bool]) -> None:
    """Let the page go on until that has happened; within five seconds."""
    end = time.monotonic() + 5
    while not happened():
        assert time.monotonic() < end, "it has not happened within five seconds"
        kiosk.page.wait_for_timeout(20)


def _take(till: Till, seat: int) -> None:
    with till.server.app.app_context():
        reserve(till.office.ask(seat), ALICE, ACTOR)
