"""Whatever is typed at a kiosk or sent to its addresses, the answer is a sentence and nothing is left behind."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core.booking.queries import booking_view
from core.kernel.db import db
from tests.kiosk.conftest import KioskClient, wish
from tests.support.bad_strings import WORST
from tests.support.factories import Office
from tests.support.left_behind import counts
from tests.support.sales import sell

NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def send(
    office_app: Flask, kiosk: KioskClient, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., TestResponse]:
    """Ask, and look that a refusal is a sentence and leaves nothing behind."""
    office_app.config["WTF_CSRF_ENABLED"] = False
    asked, before = 0, None

    def counted() -> dict[str, int]:
        with office_app.app_context():
            return counts()

    def ask(method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        nonlocal asked, before
        asked += 1
        usual = {
            "X-Kiosk-Session": "a" * 32,
            "Idempotency-Key": f"key-{asked:08}",
            "Accept": "application/json",
        }
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if before is None:
            before = counted()
        answer = kiosk.client.open(f"/kiosk/api{path}", method=method, json=json, headers={**usual, **given})
        what = (method, path[:80], str(json)[:120], answer.status_code)
        assert answer.status_code < 500, what
        assert "Traceback" not in answer.text, what
        if answer.status_code >= 400:
            assert answer.content_type == "application/problem+json", what
            assert answer.json, what
            assert answer.json["code"], what
            assert len(answer.json["title"]) > 8, what
            now = counted()
            assert {name: number for name, number in now.items() if number != before[name]} == {}, what
        else:
            before = None
        return answer

    return ask


Send = Callable[..., TestResponse]


def give_back(send: Send, answer: TestResponse) -> None:
    if answer.status_code == 201:
        assert send("DELETE", f"/holds/{answer.json['reservation_id']}").status_code == 204


def test_every_string_as_a_travellers_name_is_refused_or_kept_as_it_was(
    office_app: Flask, office: Office, send: Send, one_in: Callable[..., list[str]]
) -> None:
    held = send("POST", "/holds", wish(office, 0)).json
    path, person = f"/holds/{held['reservation_id']}/details", held["passengers"][0]["id"]
    kept = 0
    tried = one_in(8)
    for word in (*tried, *WORST):
        answer = send("PUT", path, {"names": {person: word}})
        if answer.status_code == 200:
            kept += 1
            assert name_of(office_app, person) == (" ".join(word.split()) or None), word[:60]
        else:
            assert answer.status_code in {400, 422}
    assert kept > len(tried) * 0.8


def name_of(app: Flask, person: str) -> str | None:
    from sqlalchemy import text

    with app.app_context():
        return db.session.scalar(text("SELECT full_name FROM passengers WHERE id = :id"), {"id": person})


def test_every_string_as_an_address_or_in_the_words_of_a_hold(
    office: Office, send: Send, one_in: Callable[..., list[str]]
) -> None:
    held = send("POST", "/holds", wish(office, 0)).json
    path, person = f"/holds/{held['reservation_id']}", held["passengers"][0]["id"]
    for word in (*one_in(16), *WORST):
        send("PUT", f"{path}/details", {"email": word})
    for word in WORST:
        assert send("PUT", f"{path}/details", {"names": {word: "Ana"}}).status_code == 400
        assert send("PUT", f"{path}/details", {word: "Ana"}).status_code == 400
        for seat in ({"seat_id": word}, {"seat_id": str(office.seats[1]), "type": word},
                     {"seat_id": str(office.seats[1]), "passenger_id": word},
                     {"seat_id": str(office.seats[1]), word: 1}):  # fmt: skip
            assert send("POST", f"{path}/seats", {"passengers": [seat]}).status_code in {400, 422}
        for body in ({"method": word}, {"method": "card", "without_paper": word}, {"method": "card", word: 1}, word, [word]):  # fmt: skip
            assert send("POST", f"{path}/payments", body).status_code in {400, 403}
        send("POST", f"{path}/print", {"language": word})
    assert send("GET", path).json["payments"] == []
    assert person


def test_every_text_of_a_new_hold_and_of_a_quote(
    office: Office, send: Send, one_in: Callable[..., list[str]]
) -> None:
    good = wish(office, 0)
    for word in WORST:
        seat = good["passengers"][0]
        for body in ({**good, "schedule_id": word}, {**good, "from_position": word}, {**good, "to_position": word},
                     {**good, "passengers": word}, {**good, "passengers": [word]}, {**good, word: 1},
                     {**good, "passengers": [{**seat, "type": word}]}, {**good, "passengers": [{**seat, word: 1}]},
                     {**good, "passengers": [{**seat, "seat_id": word}]}, word, [word]):  # fmt: skip
            assert send("POST", "/holds", body).status_code in {400, 422}, body
            assert send("POST", "/quotes", body).status_code in {400, 422}, body
        give_back(send, send("POST", "/holds", {**good, "language": word}))
    for word in one_in(16):
        give_back(send, send("POST", "/holds", {**good, "language": word}))


def test_every_string_typed_to_find_a_booking(
    office_app: Flask,
    office: Office,
    send: Send,
    monkeypatch: pytest.MonkeyPatch,
    one_in: Callable[..., list[str]],
) -> None:
    """How often one may guess is tested elsewhere."""
    monkeypatch.setattr("kiosk.views.bookings.throttle", lambda *_: None)
    with office_app.app_context():
        view = booking_view(sell(0, office=office, email="ana@example.org"))
    assert view
    body: Any
    for number, word in enumerate((*WORST, *one_in(8))):
        bodies = [{"code": word}, {"reference": word, "proof": "ana@example.org"}, {"reference": view.reference, "proof": word},
                  {word: "x"}]  # fmt: skip
        for body in bodies if number < len(WORST) else [bodies[number % 3]]:
            assert send("POST", "/bookings/find", body).status_code in {400, 401, 403, 404, 422}, body
    proof = {"reference": view.reference, "proof": "ana@example.org"}
    key = send("POST", "/bookings/find", proof).json["key"]
    path, person, seat = (
        f"/bookings/{view.id}/{key}",
        str(view.reservation.passengers[0].id),
        str(office.seats[1]),
    )
    for word in WORST:
        for body in ({"passengers": [word]}, {"passengers": word}, {word: []}, word):
            assert send("POST", f"{path}/refund", body).status_code in {400, 422}
            assert send("POST", f"{path}/cancel", {"agreed": 1, "currency": "EUR", **body} if isinstance(body, dict) else body).status_code in {400, 422}  # fmt: skip
        for body in ({"agreed": word, "currency": "EUR"}, {"agreed": 0, "currency": word}, {"agreed": 0, "currency": word[:3]}):  # fmt: skip
            assert send("POST", f"{path}/cancel", body).status_code in {400, 409, 422}
        for body in ({"seats": {word: seat}}, {"seats": {person: word}}, {"seats": word}, {word: {}}):
            assert send("POST", f"{path}/seats/price", body).status_code in {400, 422}
            assert send("POST", f"{path}/seats", {"due": 0, "back": 0, **body}).status_code in {400, 422}
        for body in ({"language": word}, {word: "en"}, word):
            assert send("POST", f"{path}/print", body).status_code in {400, 409, 422}
        assert send("POST", f"/bookings/{view.id}/{percent(word)}/print", {}).status_code in {400, 404, 405}
        assert send("POST", f"/bookings/{percent(word)}/{key}/print", {}).status_code in {400, 404, 405}
        assert send("POST", f"{path}/seats", {"seats": {person: seat}, "due": word, "back": 0}).status_code in {400, 422}  # fmt: skip
    with office_app.app_context():
        after = booking_view(view.id)
    assert after
    assert after.status == "confirmed"


def test_every_string_after_the_question_mark_and_in_an_address(
    office: Office, send: Send, one_in: Callable[..., list[str]]
) -> None:
    run = f"/schedules/{office.schedule_id}"
    for word in (*WORST, *one_in(20)):
        for path, names in (("/departures", ("destination", word)), ("/devices", ("reservation", word)),
                            (f"{run}/seats", ("from", "to", "count", word)), (f"{run}/best", ("from", "to", "count"))):  # fmt: skip
            for name in names:
                good = {"from": "0", "to": "5"} if path.startswith(run) else {}
                answer = send("GET", path + "?" + quoted({**good, name: word}))
                assert answer.status_code in {200, 400, 422}
                if word in WORST:
                    assert answer.status_code in {400, 422}, (path, name)
    for word in WORST:
        for path in ("/schedules/{}/seats", "/holds/{}", f"/bookings/{NOBODY}/{{}}", "/bookings/{}/x", "/{}"):
            assert send("GET", path.format(percent(word))).status_code in {400, 404, 405}


def quoted(given: dict[str, str]) -> str:
    return "&".join(f"{percent(name)}={percent(value)}" for name, value in given.items())


def percent(word: str) -> str:
    from urllib.parse import quote

    return quote(word.encode("utf-8", "surrogatepass"), safe="")


def test_every_string_in_a_header(office: Office, send: Send, one_in: Callable[..., list[str]]) -> None:
    for number, word in enumerate((*WORST, *one_in(8))):
        sent = word.encode("utf-8", "surrogatepass").decode("latin-1").replace("\n", "").replace("\r", "")
        if number < len(WORST):
            answer = send("POST", "/holds", wish(office, 0), X_Kiosk_Session=sent)
            assert answer.status_code == 400
            assert answer.json["field"] == "X-Kiosk-Session"
            send("GET", "/departures", Accept_Language=sent)
            send("GET", "/departures", Cookie=f"bookinghall_kiosk={sent}")
            give_back(send, send("POST", "/holds", wish(office, 0), Idempotency_Key=sent))
        elif number % 8 == 0:
            assert send("GET", f"/holds/{NOBODY}", X_Kiosk_Session=sent).status_code == 400
        else:
            give_back(send, send("POST", "/quotes", wish(office, 0), Accept_Language=sent))


def test_every_string_in_a_heartbeat_and_on_the_way_to_be_a_kiosk(
    office_app: Flask, kiosk: KioskClient, office: Office, send: Send, one_in: Callable[..., list[str]]
) -> None:
    for word in (*WORST, *one_in(16)):
        for body in ({"version": word, "screen": word, "clock": word}, {word: word}, word, [word]):
            assert send("POST", "/heartbeat", body).status_code == 200
    for word in WORST:
        answer = kiosk.client.post(f"/kiosk/pair/{percent(word)}")
        assert answer.status_code in {400, 404, 409, 429}
        assert "<script>alert" not in answer.text
