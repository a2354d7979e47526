"""The editor of an operator's own words: looked at before it is saved, refused where it cannot be filled in."""

from sqlalchemy import select

from core.booking.queries import booking_view
from core.kernel.activity import ActivityEntry
from core.kernel.db import db
from core.messages.models import MessageTemplate
from tests.admin.conftest import SignIn
from tests.support.database import Sessions
from tests.support.factories import make_office
from tests.support.sales import buyer, sell

WORDS = {"subject": "Off to {{ journey }}", "body": "At {{ time }}.\n\nYours"}


def test_words_are_looked_at_saved_and_ended(sign_in: SignIn, db_session: Sessions) -> None:
    office = make_office()
    first = sell(0, office=office, names=["Ștefania"])
    sell(1, office=office, names=["Ion"], holder=buyer(1))
    browser = sign_in("manager")
    page = f"/admin/letters/{office.operator_id}/booking.confirmed/en"
    assert page in browser.get("/admin/letters/", follow_redirects=True).text

    newest = browser.post(page, data={**WORDS, "preview": "1"}).text
    assert "Off to Lisboa – Porto" in newest
    assert "Ion" in newest
    reference = booking_view(first).spoken_reference
    assert "Ștefania" in browser.post(page, data={**WORDS, "preview": "1", "booking": reference}).text
    assert "no such booking" in browser.post(page, data={**WORDS, "preview": "1", "booking": "NOPE"}).text
    assert db.session.scalars(select(MessageTemplate)).first() is None

    assert browser.post(page, data=WORDS).status_code == 303
    assert "version 1" in browser.get(page).text
    refused = browser.post(page, data={**WORDS, "body": "Hello\n{{ nmae }}"}).text
    assert "Line 2: There is no nmae in this letter" in refused
    assert browser.post(f"{page}/end").status_code == 303
    assert db.session.scalars(select(MessageTemplate.active)).all() == [False]
    deeds = select(ActivityEntry.action).where(ActivityEntry.subject_kind == "template")
    assert sorted(db.session.scalars(deeds)) == ["template.changed", "template.ended"]


def test_only_who_may_change_the_business_changes_its_words(sign_in: SignIn, db_session: Sessions) -> None:
    office = make_office()
    page = f"/admin/letters/{office.operator_id}/booking.confirmed/en"
    assert sign_in("agent").post(page, data=WORDS).status_code == 403
    assert db.session.scalars(select(MessageTemplate)).first() is None


def test_letters_and_languages_that_there_are_not(sign_in: SignIn, db_session: Sessions) -> None:
    office = make_office()
    browser = sign_in("manager")
    for path in ("nonsense/en", "booking.confirmed/xx", "booking.confirmed/..", "%00/en"):
        page = f"/admin/letters/{office.operator_id}/{path}"
        assert browser.get(page).status_code == 404
        assert browser.post(page, data=WORDS).status_code == 404
        assert browser.post(f"{page}/end").status_code == 404
