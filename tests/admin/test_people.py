"""People and devices: accounts are made, changed and ended; kiosks let in and locked out."""

from sqlalchemy import select

from core.accounts import kiosks, users
from core.accounts.models import Kiosk, User
from core.kernel.activity import ActivityEntry
from core.kernel.db import db
from core.timetable.models import Place
from tests.admin.conftest import PASSWORD, SignIn
from tests.support.factories import Office

NEW = {"name": "Gina Gate", "email": "gina@example.com", "role": "gate", "password": PASSWORD, "stations": ""}


def _user(email: str) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()


def test_a_person_is_made_changed_and_ended(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    assert browser.post("/admin/people/new/", data=NEW).status_code == 302
    gina = _user("gina@example.com")
    code = db.session.get(Place, office.places[0]).code
    form = {**NEW, "role": "agent", "password": "", "active": "y", "stations": f"Lisboa ({code})"}
    assert browser.post(f"/admin/people/edit/?id={gina.id}", data=form).status_code == 302
    gina = _user("gina@example.com")
    assert gina.role == "agent"
    assert users.stations_of(gina.id) == {office.places[0]}
    form.pop("active")
    browser.post(f"/admin/people/edit/?id={gina.id}", data=form)
    gina = _user("gina@example.com")
    assert not gina.active
    actions = db.session.scalars(select(ActivityEntry.action).where(ActivityEntry.subject_id == str(gina.id)))
    assert list(actions) == ["user.created", "user.changed", "user.deactivated"]


def test_passwords_stand_in_no_page_and_no_log(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    page = browser.post("/admin/people/new/", data={**NEW, "email": "not an address"}).text
    assert "This is not an e-mail address." in page
    assert PASSWORD not in page
    browser.post("/admin/people/new/", data=NEW)
    logged = [str(entry.after) for entry in db.session.scalars(select(ActivityEntry))]
    assert not any(PASSWORD in entry or "gina@example.com" in entry for entry in logged)


def test_errors_of_people_stand_at_their_field(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    assert (
        "at least 10 characters" in browser.post("/admin/people/new/", data={**NEW, "password": "short"}).text
    )
    assert (
        "There is no place" in browser.post("/admin/people/new/", data={**NEW, "stations": "Atlantis"}).text
    )
    browser.post("/admin/people/new/", data=NEW)
    assert "already" in browser.post("/admin/people/new/", data=NEW).text


def test_the_last_admin_stays(sign_in: SignIn) -> None:
    browser = sign_in("admin")
    admin = db.session.scalars(select(User).where(User.role == "admin")).one()
    form = {
        "name": admin.name,
        "email": admin.email,
        "role": "manager",
        "active": "y",
        "stations": "",
        "password": "",
    }
    assert "last administrator" in browser.post(f"/admin/people/edit/?id={admin.id}", data=form).text


def test_a_kiosk_is_let_in_by_its_code_and_locked_out(sign_in: SignIn, office: Office) -> None:
    kiosk_id, code = kiosks.start_pairing("New kiosk")
    browser = sign_in("manager")
    place_code = db.session.get(Place, office.places[0]).code
    assert code in browser.get("/admin/kiosks/").text
    wrong = browser.post(
        "/admin/kiosks/approve",
        data={"code": "NOPE", "name": "K", "place": place_code},
        follow_redirects=True,
    )
    assert "No device shows this code" in wrong.text
    browser.post(
        "/admin/kiosks/approve", data={"code": code, "name": "Kiosk 7", "place": f"Lisboa ({place_code})"}
    )
    token = kiosks.claim(code)
    assert kiosks.kiosk_of_token(token).name == "Kiosk 7"
    browser.post(f"/admin/kiosk/{kiosk_id}/revoke")
    assert kiosks.kiosk_of_token(token) is None
    assert db.session.get(Kiosk, kiosk_id).status == "revoked"


def test_staff_of_a_station_let_kiosks_in_there_only(sign_in: SignIn, office: Office) -> None:
    _id, code = kiosks.start_pairing("New kiosk")
    elsewhere = db.session.get(Place, office.places[3]).code
    browser = sign_in("manager", office.places[0])
    page = browser.post(
        "/admin/kiosks/approve", data={"code": code, "name": "K", "place": elsewhere}, follow_redirects=True
    )
    assert "not one of your stations" in page.text


def test_a_link_for_a_kiosk_is_shown_once(sign_in: SignIn, office: Office) -> None:
    place = db.session.get(Place, office.places[0]).code
    page = sign_in("manager").post(
        "/admin/kiosks/prepare", data={"name": "Hall", "place": place}, follow_redirects=True
    )
    code = db.session.scalars(select(Kiosk.pairing_code)).one()
    assert f"/kiosk/pair/{code}" in page.text
