"""Whatever an address or a form says, the answer is a page in plain words and never a failure of the office."""

import json
from pathlib import Path

import pytest
from flask import Flask

from tests.admin.conftest import SignIn
from tests.admin.test_access import PAGES
from tests.support.factories import Office

RUBBISH = [
    "page=-1", "page=999999999999999999999", "page=x", "page=1e9", "sort=999", "sort=__class__", "sort=id;drop", "desc=x",
    "q=%00", "q=%ff%fe", "q='--", "q=%25%25%25", "q=((((", "q=" + "x" * 5000, "q=%F0%9F%92%A9", "q=a%26b%7C!",
    "status=nonsense", "status=%00", "operator=nonsense", "operator=00000000-0000-0000-0000-000000000000", "day=never",
    "day=0000-00-00", "day=9999-12-31", "day=2026-02-30", "from=x&to=y", "from=9999-12-31&to=0001-01-01", "kind=%00",
    "subject=%00", "who='", "what=.", "what=%00", "station=x", "station=%00", "active=maybe", "trade=x", "role=x", "at=x",
    "place=x", "currency=%00", "first=99&last=-1", "method=x", "most=x", "most=-5", "flt0_0=x", "flt=1", "page=1&page=2",
]  # fmt: skip


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_in_an_address_never_breaks_a_page(rubbish: str, sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    pages = [
        *PAGES,
        f"/admin/schedules/{office.schedule_id}/",
        "/admin/places/suggest.json",
        "/admin/prices/go",
    ]
    statuses = {page: browser.get(f"{page}?{rubbish}", follow_redirects=True).status_code for page in pages}
    assert {page for page, status in statuses.items() if status >= 500} == set()


@pytest.mark.parametrize(
    "named", ["nonsense", "%00", "00000000-0000-0000-0000-000000000000", "'--", "1", "..%2f.."]
)
def test_ids_that_name_nothing_are_not_found(named: str, sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    for path in (
        "bookings/{}/", "schedules/{}/", "schedules/{}/seats.json", "layouts/{}/", "prices/{}/", "mailbox/{}/", "messages/{}/",
        "mailbox/{}/html", "mailbox/{}/attachments/0", "papers/{}/preview", "papers/{}/ticket.pdf", "operators/{}/rules",
        "operators/edit/?id={}", "places/edit/?id={}", "routes/edit/?id={}", "vehicles/edit/?id={}",
        "layouts/edit/?id={}", "fares/edit/?id={}", "people/edit/?id={}", "schedules/edit/?id={}",
    ):  # fmt: skip
        assert browser.get("/admin/" + path.format(named)).status_code == 404, path
    for path in (
        "reservations/{}/release", "kiosk/{}/revoke", "kiosk/{}/change", "kiosk/{}/message", "kiosk/{}/message/end", "kiosk/{}/stop",
        "kiosk/{}/start", "kiosk/{}/cash", "kiosk/{}/reload", "messages/{}/resend", "disruptions/{}/choose", "schedules/{}/status",
        "prices/{}/seat-charge", "prices/{}/passenger-fare",
    ):  # fmt: skip
        assert browser.post("/admin/" + path.format(named), data={"reason": "because"}).status_code == 404, (
            path
        )


FORMS = {
    "operators": (
        "name",
        "code",
        "currency",
        "timezone",
        "language",
        "reference_prefix",
        "email",
        "phone",
        "url",
        "address",
    ),
    "places": ("name", "code", "timezone", "city", "country", "latitude", "longitude"),
    "routes": ("name", "code", "distance_m", "color", "operator"),
    "vehicles": ("number", "layout", "standard", "maker", "amenities", "operator"),
    "people": ("name", "email", "role", "phone", "password", "stations"),
    "fares": ("route", "origin", "destination", "amount"),
}
NASTY = ["", "\x00", "\ufeff", "'; DROP TABLE users;--", "<script>alert(1)</script>", "9" * 400, "-1", "1e999", "NaN",
         "Infinity", "\u202eabc", "💩" * 50, "../../etc/passwd", "{{7*7}}", "%s%n", "\ud800".encode("utf-8", "surrogatepass")]  # fmt: skip


@pytest.mark.parametrize("thing", FORMS)
def test_nasty_words_in_a_form_are_refused_or_kept_and_never_break(
    thing: str, sign_in: SignIn, office: Office
) -> None:
    browser = sign_in("admin")
    for word in NASTY:
        answer = browser.post(f"/admin/{thing}/new/", data=dict.fromkeys(FORMS[thing], word))
        assert answer.status_code in {200, 302}, (thing, word)
        assert "<script>alert" not in answer.text


def test_well_known_bad_strings_in_every_search(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    strings = (
        json.loads((Path(__file__).parents[1] / "data" / "bad_strings.json").read_text())
        if _has_strings()
        else NASTY
    )
    for word in strings[:120]:
        for page in ("bookings", "people", "places", "payments"):
            assert browser.get(f"/admin/{page}/", query_string={"q": word}).status_code == 200


def _has_strings() -> bool:
    return (Path(__file__).parents[1] / "data" / "bad_strings.json").exists()


def test_form_errors_stand_at_their_field(sign_in: SignIn, office: Office) -> None:
    form = {"name": "Gara", "code": "G1", "kind": "station", "timezone": "Mars/Olympus", "latitude": "91"}
    page = sign_in("manager").post("/admin/places/new/", data=form).text
    assert "Please give a number from -90 to 90." in page
    page = sign_in("admin").post("/admin/places/new/", data={**form, "latitude": "45"}).text
    assert "This is not a time zone" in page
    assert 'aria-invalid="true"' in page


def test_a_page_that_is_not_there_is_a_calm_404(app: Flask, sign_in: SignIn) -> None:
    assert sign_in("admin").get("/admin/nothing/").status_code == 404
