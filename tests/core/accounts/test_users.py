import pytest
from sqlalchemy import select

from core.accounts import tokens, users
from core.accounts.standing import standing
from core.kernel.activity import SYSTEM, ActivityEntry
from core.kernel.db import db
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id

PASSWORD = "correct horse battery"


def test_an_account_is_found_by_its_address_in_any_case(ana):
    assert users.by_email("ANA@example.ORG ").id == ana.id
    assert ana.phone == "+40721000111"
    assert PASSWORD not in ana.password_hash


def test_an_address_can_have_one_account_only(ana):
    with pytest.raises(users.EmailTaken):
        users.register("ana@EXAMPLE.org", "Another Ana", PASSWORD, "198.51.100.7")


@pytest.mark.parametrize(
    "email", ["", "ana", "ana@", "a\x00b@example.org", "a\nb@example.org", "a" * 300 + "@b.org"]
)
def test_what_is_no_address_is_refused_and_leaves_nothing(database, email):
    with pytest.raises(RuleBroken) as refused:
        users.register(email, "Ana", PASSWORD, None)
    assert refused.value.code == "invalid_email"


def test_an_address_that_cannot_be_stored_belongs_to_nobody(database):
    assert users.by_email("a\x00b@example.org") is None


def test_changes_are_logged_without_personal_values(ana, admin):
    users.change(ana.id, SYSTEM, name="Ana Popescu", role="agent")
    entry = db.session.execute(
        select(ActivityEntry).where(ActivityEntry.action == "user.changed")
    ).scalar_one()
    assert entry.after == {"name": "•••", "role": "agent"}
    assert entry.before["role"] == "customer"
    assert standing(ana.id).role == "agent"


def test_stations_limit_where_staff_work(ana, station):
    users.change(ana.id, SYSTEM, role="agent", stations=[station.id])
    assert users.stations_of(ana.id) == {station.id}
    assert standing(ana.id).stations == {station.id}
    with pytest.raises(RuleBroken, match="station"):
        users.change(ana.id, SYSTEM, stations=[new_id()])
    assert users.stations_of(ana.id) == {station.id}


def test_an_ended_account_stays_but_has_no_standing(ana):
    assert standing(ana.id)
    users.deactivate(ana.id, SYSTEM)
    assert users.by_id(ana.id).active is False
    assert standing(ana.id) is None


def test_a_new_password_ends_every_session_and_refresh_token(ana):
    session, pair = ana.get_id(), tokens.issue(ana)
    users.change(ana.id, SYSTEM, password="another long password")
    assert users.by_id(ana.id).get_id() != session
    with pytest.raises(tokens.BadToken):
        tokens.rotate(pair.refresh_token)


@pytest.mark.parametrize("leaving", [{"active": False}, {"role": "manager"}])
def test_the_last_admin_cannot_leave(admin, leaving):
    with pytest.raises(RuleBroken) as refused:
        users.change(admin.id, SYSTEM, **leaving)
    assert refused.value.code == "last_admin"
    users.create("second@example.org", "Second", PASSWORD, SYSTEM, role="admin")
    users.change(admin.id, SYSTEM, **leaving)


def test_nobody_can_be_a_kiosk_or_a_guest(ana):
    for role in ("kiosk", "guest", "root"):
        with pytest.raises(RuleBroken):
            users.change(ana.id, SYSTEM, role=role)


def test_an_unknown_user_is_not_found(database):
    with pytest.raises(NotFound):
        users.change(new_id(), SYSTEM, name="Nobody")
