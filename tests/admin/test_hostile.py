"""Whatever an address or a form says, the answer is a page in plain words and never a failure of the office."""

import contextvars
import re
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.kernel.db import db
from tests.admin.conftest import SignIn
from tests.admin.hostile_forms import FORMS, FREE, Typed
from tests.admin.test_access import PAGES
from tests.support.bad_strings import WORST, WORST_NUMBERS
from tests.support.factories import Office
from tests.support.left_behind import counts

RUBBISH = [
    "page=-1", "page=999999999999999999999", "page=x", "page=1e9", "sort=999", "sort=__class__", "sort=id;drop", "desc=x",
    "q=%00", "q=%ff%fe", "q='--", "q=%25%25%25", "q=((((", "q=" + "x" * 5000, "q=%F0%9F%92%A9", "q=a%26b%7C!",
    "status=nonsense", "status=%00", "operator=nonsense", "operator=00000000-0000-0000-0000-000000000000", "day=never",
    "day=0000-00-00", "day=9999-12-31", "day=2026-02-30", "from=x&to=y", "from=9999-12-31&to=0001-01-01", "kind=%00",
    "subject=%00", "who='", "what=.", "what=%00", "station=x", "station=%00", "active=maybe", "trade=x", "role=x", "at=x",
    "place=x", "currency=%00", "first=99&last=-1", "method=x", "most=x", "most=-5", "flt0_0=x", "flt=1", "page=1&page=2",
]  # fmt: skip


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_in_an_address_never_breaks_a_page(
    rubbish: str, sign_in: SignIn, office: Office, part_of: Callable[..., list[str]]
) -> None:
    """A third of the pages are tried with each piece, all of them in the long tier."""
    browser = sign_in("admin")
    pages = [
        *PAGES,
        f"/admin/schedules/{office.schedule_id}/",
        "/admin/places/suggest.json",
        "/admin/prices/go",
    ]
    tried = part_of(pages, RUBBISH.index(rubbish), 3)
    statuses = {page: browser.get(f"{page}?{rubbish}", follow_redirects=True).status_code for page in tried}
    assert {page for page, status in statuses.items() if status >= 500} == set()


@pytest.mark.parametrize(
    "named", ["nonsense", "%00", "00000000-0000-0000-0000-000000000000", "'--", "1", "..%2f.."]
)
def test_ids_that_name_nothing_are_not_found(named: str, sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    for path in (
        "bookings/{}/", "schedules/{}/", "schedules/{}/seats.json", "layouts/{}/", "prices/{}/", "mailbox/{}/", "messages/{}/",
        "mailbox/{}/html", "mailbox/{}/attachments/0", "papers/{}/preview", "papers/{}/ticket.pdf", "operators/{}/rules",
        "letters/{}/", "letters/{}/booking.confirmed/en",
        "operators/edit/?id={}", "places/edit/?id={}", "routes/edit/?id={}", "vehicles/edit/?id={}",
        "layouts/edit/?id={}", "fares/edit/?id={}", "people/edit/?id={}", "schedules/edit/?id={}",
    ):  # fmt: skip
        assert browser.get("/admin/" + path.format(named)).status_code == 404, path
    for path in (
        "reservations/{}/release", "kiosk/{}/revoke", "kiosk/{}/change", "kiosk/{}/message", "kiosk/{}/message/end", "kiosk/{}/stop",
        "kiosk/{}/start", "kiosk/{}/cash", "kiosk/{}/reload", "messages/{}/resend", "disruptions/{}/choose", "schedules/{}/status",
        "letters/{}/booking.confirmed/en", "letters/{}/booking.confirmed/en/end", "prices/{}/seat-charge", "prices/{}/passenger-fare",
    ):  # fmt: skip
        assert browser.post("/admin/" + path.format(named), data={"reason": "because"}).status_code == 404, (
            path
        )


@pytest.mark.parametrize("make", FORMS, ids=lambda make: make.__name__)
def test_the_worst_strings_in_each_field_of_a_form(
    make: Callable[[Office], Typed],
    sign_in: SignIn,
    office: Office,
    part_of: Callable[..., list[str]],
) -> None:
    desk = Desk(sign_in("admin"), make(office))
    for turn, field in enumerate(desk.form.lines):
        for word in part_of(WORST, turn, 3):
            desk.type(field, word)
    for turn, field in enumerate(desk.form.others):
        for word in part_of(WORST_NUMBERS, turn, 3):
            desk.type(field, word)
    desk.look()


@pytest.mark.parametrize("make", FREE, ids=lambda make: make.__name__)
def test_every_bad_string_is_refused_or_kept_as_it_was_and_shown_as_text(
    make: Callable[[Office], Typed], sign_in: SignIn, office: Office, one_in: Callable[..., list[str]]
) -> None:
    """A part of the list is dealt out to the forms that keep text; in the long tier each gets all of it."""
    desk = Desk(sign_in("admin"), make(office))
    assert desk.form.free
    for word in one_in(4 * len(FREE), FREE.index(make)):
        desk.type(desk.form.free, word)
    assert desk.kept, "some are kept"
    desk.look()


class Desk:
    """Somebody who types one thing after another into a form and looks what became of it."""

    def __init__(self, browser: FlaskClient, form: Typed) -> None:
        self.browser = browser
        self.form = form
        self.kept: list[str] = []
        self.before: dict[str, int] | None = None
        self.last: tuple[str, str] | None = None

    def type(self, field: str, word: str) -> None:
        """Send the form with this word: refused, with a sentence and nothing left behind, or kept as it was."""
        sent: dict[str, Any] = {**self.form.good(), field: word.encode("utf-8", "surrogatepass")}
        if self.before is None or self.form.makes:
            self.before = counts()
        answer = contextvars.Context().run(
            FlaskClient.open, self.browser, self.form.address, method="POST", data=sent
        )
        what = (self.form.address, field, word[:60], answer.status_code)
        assert answer.status_code < 500, what
        assert "Traceback" not in answer.text, what
        assert "<script>alert" not in answer.text, what
        with self.browser.session_transaction() as session:
            said = [words for kind, words in session.pop("_flashes", []) if kind == "error"]
        if answer.status_code in {301, 302, 303} and not said:
            self.before = None
            if field in self.form.lines and word.strip():
                self._is_kept(field, word)
            return
        assert said or SENTENCE.search(answer.text), (*what, "a sentence says why")
        now = counts()
        left = {
            name: number - self.before[name] for name, number in now.items() if number != self.before[name]
        }
        assert left == {}, what

    def _is_kept(self, field: str, word: str) -> None:
        """Bytes that are no text, such as half a surrogate's, come out of a form in per cents."""
        plain = as_kept("".join(quote(each.encode("utf-8", "surrogatepass")) if "\ud800" <= each <= "\udfff" else each for each in word))  # fmt: skip
        stored = db.session.scalars(text(self.form.lines[field])).all()
        assert plain in {as_kept(each or "") for each in stored}, (field, word[:60])
        if self.form.free in (field, None):  # where one field keeps any text, that is what its page shows
            self.kept.append(plain)
            self.last = (field, word)

    def look(self) -> None:
        """What was kept last stands on the page as text, and nothing of it runs."""
        if not self.form.shows:
            return
        if self.last:
            self.type(*self.last)
        answer = self.browser.get(self.form.shows)
        assert answer.status_code == 200
        page = Words(answer.text)
        assert page.running == []
        if self.kept:
            shown = unicodedata.normalize("NFC", page.text)
            assert self.kept[-1] in shown, (self.form.shows, self.kept[-1][:60])


#: Marks of direction that nobody sees are left out of everything that is kept, as they turn the words beside them around.
_UNSEEN = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def as_kept(word: str) -> str:
    """In one line, composed, without unseen marks of direction; nothing else is changed."""
    return unicodedata.normalize("NFC", " ".join(_UNSEEN.sub("", word).split()))


#: An error at its field, above a form, or as a page of its own.
SENTENCE = re.compile(r"""(?:class="(?:error|notice stop)"|<h1)[^>]*>\s*[^<\s][^<]{7,}""")


class Words(HTMLParser):
    """A page as a browser reads it: its text and the values of its fields, and what would run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.running = "", list[str]()
        self._script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._script = tag == "script"
        self.running += [name for name in given if name.startswith("on")]
        self.text += f" {given.get('value') or ''} {given.get('title') or ''}\n"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._script and "alert(" in data:
            self.running.append(data)


def test_well_known_bad_strings_in_every_search(
    sign_in: SignIn, office: Office, one_in: Callable[..., list[str]]
) -> None:
    browser = sign_in("admin")
    pages = (
        "bookings",
        "people",
        "places",
        "payments",
        "routes",
        "operators",
        "vehicles",
        "layouts",
        "schedules",
        "vouchers",
    )
    for number, word in enumerate(one_in(8)):
        answer = browser.get(f"/admin/{pages[number % len(pages)]}/", query_string={"q": word})
        assert answer.status_code == 200, word
        assert "<script>alert" not in answer.text
    for page in pages:
        for word in WORST:
            sent = word.encode("utf-8", "surrogatepass")
            assert browser.get(f"/admin/{page}/", query_string={"q": sent}).status_code == 200, (page, word)


def test_form_errors_stand_at_their_field(sign_in: SignIn, office: Office) -> None:
    form = {"name": "Gara", "code": "G1", "kind": "station", "timezone": "Mars/Olympus", "latitude": "91"}
    page = sign_in("manager").post("/admin/places/new/", data=form).text
    assert "Please give a number from -90 to 90." in page
    page = sign_in("admin").post("/admin/places/new/", data={**form, "latitude": "45"}).text
    assert "This is not a time zone" in page
    assert 'aria-invalid="true"' in page


def test_a_page_that_is_not_there_is_a_calm_404(app: Flask, sign_in: SignIn) -> None:
    assert sign_in("admin").get("/admin/nothing/").status_code == 404
