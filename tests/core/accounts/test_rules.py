from uuid import uuid4

import pytest

from core.accounts import rules
from core.accounts.models import Role
from core.kernel.errors import Forbidden, RuleBroken


def test_every_role_has_a_line_in_the_table():
    assert set(rules.PERMISSIONS) == set(Role)


def test_nobody_may_more_than_an_admin_and_a_customer_may_nothing_special():
    for granted in rules.PERMISSIONS.values():
        assert granted <= rules.PERMISSIONS["admin"]
    assert not rules.PERMISSIONS["customer"]


def test_only_managers_and_admins_release_a_hold():
    may = {role for role in rules.PERMISSIONS if rules.allowed(role, "reservations.release")}
    assert may == {"manager", "admin"}


def test_a_permission_that_nobody_declared_is_a_defect_not_a_yes():
    with pytest.raises(KeyError):
        rules.allowed("admin", "reservations.relaese")


def test_no_stations_means_all_stations():
    here, there = uuid4(), uuid4()
    assert rules.in_scope(frozenset(), [here])
    assert rules.in_scope({here}, [there, here])
    with pytest.raises(Forbidden):
        rules.require_scope({here}, [there])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+40 721 000 111", "+40721000111"), ("(0721) 000-111", "0721000111"), ("", None), (None, None)],
)
def test_phone_numbers_are_kept_without_separators(typed, kept):
    assert rules.clean_phone(typed) == kept


@pytest.mark.parametrize("typed", ["12345", "1" * 16, "call me", "+٠١٢٣٤٥٦٧٨٩", "0721000111\x00"])
def test_what_is_no_phone_number_is_refused(typed):
    with pytest.raises(RuleBroken) as refused:
        rules.clean_phone(typed)
    assert refused.value.details["field"] == "phone"


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b", "a\ud800b", "a\x1bb"])
def test_what_cannot_be_a_name_is_refused(name):
    with pytest.raises(RuleBroken, match="name"):
        rules.clean_name(name)


@pytest.mark.parametrize("name", ["Ștefan Țiriac", "O'Brien; DROP TABLE users", "李小龍", "العربية"])
def test_names_of_all_scripts_are_kept_as_they_are(name):
    assert rules.clean_name(f"  {name} ") == name


@pytest.mark.parametrize("password", ["short", "password123", "aaaaaaaaaaaa", "x" * 201, "me@example.org"])
def test_passwords_that_others_would_guess_are_refused(password):
    with pytest.raises(RuleBroken) as refused:
        rules.check_password(password, email="me@example.org")
    assert refused.value.code == "weak_password"
