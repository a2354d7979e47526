"""Shifts over the API: a clerk's own day, a manager's kiosks, and what stays hidden until it was counted."""

from uuid import uuid4

import pytest

from core.till.close import close_shift
from core.till.drawer import Drawer
from core.till.queries import open_shift_at
from core.till.words import DrawerKind
from tests.support.codes import text_of_pdf
from tests.support.factories import CLERK

FLOAT = [{"denomination": 2000, "pieces": 2}, {"denomination": 50, "pieces": 10}]


@pytest.fixture
def shift(cast):
    """The agent's new shift with a float of 45.00; the one of the cast is closed."""
    close_shift(open_shift_at(Drawer(DrawerKind.CLERK, cast.agent.user.id)).id, {}, CLERK)
    made = cast.agent.post("/shifts", {"currency": "EUR", "float": FLOAT})
    assert made.status_code == 201, made.text
    return made.json


def test_a_day_over_the_api(cast, shift, hold):
    assert (shift["state"], shift["float"]) == ("open", {"amount": 4500, "currency": "EUR"})
    assert cast.agent.post("/shifts", {"currency": "EUR", "float": []}).json["code"] == "shift_is_open"
    held = cast.agent.post("/reservations/create", hold(0)).json
    paid = cast.agent.post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"})
    assert paid.status_code == 201, paid.text
    path = f"/shifts/{shift['id']}"
    assert (
        cast.agent.post(
            f"{path}/movements", {"kind": "taken_out", "amount": 1000, "reason": "To the safe"}
        ).status_code
        == 204
    )

    before = cast.agent.get(path).json
    assert (before["expected"], before["totals"], before["lines"]) == (None, [], [])
    closed = cast.agent.post(f"{path}/close", {"count": [{"denomination": 5000, "pieces": 1}]}).json
    price = paid.json["amount"]["amount"]
    assert closed["expected"]["amount"] == 4500 + price - 1000
    assert closed["variance"]["amount"] == 5000 - closed["expected"]["amount"]
    assert {each["group"]: each["amount"]["amount"] for each in closed["totals"]}["sales"] == price
    assert [line["reason"] for line in closed["lines"] if line["reason"]] == ["To the safe"]
    assert cast.agent.post(f"{path}/close", {"count": []}).json["code"] == "shift_is_closed"

    paper = cast.agent.get(f"{path}/report")
    assert paper.mimetype == "application/pdf"
    assert "Shift report" in text_of_pdf(paper.data)[0]


def test_who_sees_and_approves(cast, shift):
    path = f"/shifts/{shift['id']}"
    cast.agent.post(f"{path}/close", {"count": []})
    assert {each["id"] for each in cast.agent.get("/shifts").json["shifts"]} >= {shift["id"]}
    assert {each["drawer"]["id"] for each in cast.agent.get("/shifts").json["shifts"]} == {
        str(cast.agent.user.id)
    }
    assert cast.agent.post(f"{path}/approve", {"reason": "It was me"}).status_code == 403
    assert cast.manager.get(path).json["state"] == "to_approve"
    assert cast.manager.post(f"{path}/approve", {"reason": "Seen on the camera"}).status_code == 204
    assert cast.manager.get(path).json["state"] == "approved"
    assert cast.manager.post(f"{path}/approve", {"reason": "Once more"}).json["code"] == "nothing_to_approve"
    assert cast.agent.get(f"/shifts/{uuid4()}").status_code == 404
    own = cast.manager.get("/shifts", open="true").json["shifts"]
    theirs = next(each["id"] for each in own if each["drawer"]["id"] == str(cast.manager.user.id))
    assert cast.agent.get(f"/shifts/{theirs}").status_code == 404
    assert cast.agent.post(f"/shifts/{theirs}/close", {"count": []}).status_code == 404


def test_a_kiosks_box_is_opened_by_a_manager(cast):
    cast.kiosk.get("/schedules")
    [box] = [each for each in cast.manager.get("/shifts").json["shifts"] if each["drawer"]["kind"] == "kiosk"]
    body = {"currency": "EUR", "float": FLOAT, "drawer": {"kind": "kiosk", "id": box["drawer"]["id"]}}
    assert cast.agent.post("/shifts", body).status_code == 403
    assert cast.manager.post("/shifts", body).json["code"] == "shift_is_open"
    assert cast.manager.post(f"/shifts/{box['id']}/close", {"count": []}).json["state"] == "closed"
    assert cast.manager.post("/shifts", body).json["place_id"] == box["place_id"]
    assert len(cast.manager.get("/shifts", kiosk_id=box["drawer"]["id"]).json["shifts"]) == 2
    for drawer in ({"kind": "kiosk", "id": str(uuid4())}, {"kind": "clerk", "id": str(cast.agent.user.id)}):
        assert cast.manager.post("/shifts", {**body, "drawer": drawer}).status_code == 404


def test_pages_of_shifts_are_whole(cast, shift):
    cast.manager.get("/users/me")
    every = [each["id"] for each in cast.manager.get("/shifts").json["shifts"]]
    seen, cursor = [], None
    while True:
        page = cast.manager.get("/shifts", limit=1, **({"cursor": cursor} if cursor else {})).json
        seen += [each["id"] for each in page["shifts"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == every
    assert len(every) >= 3


@pytest.mark.parametrize(
    "body",
    [{}, {"currency": "euro", "float": []}, {"currency": "EUR", "float": [{"denomination": 7, "pieces": 1}]},
     {"currency": "EUR", "float": [{"denomination": 500, "pieces": -1}]}, {"currency": "EUR", "float": [], "drawer": "mine"}],
)  # fmt: skip
def test_nonsense_opens_nothing(cast, body):
    close_shift(open_shift_at(Drawer(DrawerKind.CLERK, cast.agent.user.id)).id, {}, CLERK)
    assert cast.agent.post("/shifts", body).status_code in {400, 422}
    assert cast.agent.get("/shifts", open="true").json["shifts"] == []
