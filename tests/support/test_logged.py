"""A deed that is not in the activity log, or not fully, is noticed."""

from sqlalchemy import text

from core.kernel.activity import record
from core.kernel.db import db, transaction
from tests.support.database import Sessions
from tests.support.factories import ACTOR, make_office
from tests.support.logged import Logged

RENAME = text("UPDATE operators SET name = name || '!'")


def watch() -> Logged:
    return Logged(db.session.connection())


def test_a_silent_change_is_noticed_and_one_that_is_told_in_another_transaction_too(
    db_session: Sessions,
) -> None:
    office = make_office()
    logged = watch()
    with transaction() as session:
        session.execute(RENAME)
    with transaction():
        record(ACTOR, "operator.changed", "operator", office.operator_id, after={"name": "x"})
    assert logged.complaints() == ["operators was written, and the log says nothing"]


def test_what_is_told_with_it_is_fine(db_session: Sessions) -> None:
    office = make_office()
    logged = watch()
    with transaction() as session:
        session.execute(RENAME)
        record(ACTOR, "operator.changed", "operator", office.operator_id, after={"name": "x"})
    assert logged.complaints() == []


def test_an_entry_says_what_was_before_what_is_now_and_from_where(db_session: Sessions) -> None:
    office = make_office()
    with transaction():
        record(ACTOR, "operator.created", "operator", office.operator_id, after={"name": "x"})
    logged = watch()
    nowhere = type(ACTOR)(ACTOR.kind, ACTOR.id, ACTOR.label)
    with transaction():
        record(nowhere, "operator.changed", "operator", office.operator_id)
    assert logged.complaints() == [
        "operator.changed does not say from which address",
        "operator.changed does not say what is so afterwards",
        "operator.changed does not say what was so before",
    ]
