"""A kiosk that is locked out holds nothing any more, except what is being paid for."""

import pytest
from sqlalchemy import text

from core.accounts import kiosks
from core.booking.begin import begin
from core.booking.lock_out import lock_out
from core.booking.parties import Holder
from core.booking.reserve import reserve
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from tests.support.factories import ACTOR, ALICE, Office, make_office

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def office() -> Office:
    return make_office()


def kiosk_at(office: Office, name: str) -> tuple[str, Holder]:
    kiosk_id, code = kiosks.prepare(office.places[0], name, SYSTEM)
    assert kiosks.claim(code)
    return str(kiosk_id), Holder("kiosk", f"{kiosk_id}:{'a' * 32}", name)


def statuses() -> list[str]:
    return list(db.session.scalars(text("SELECT status FROM reservations ORDER BY created_at, id")))


def test_what_its_travellers_hold_is_free_and_others_keep_theirs(office: Office) -> None:
    ours, traveller = kiosk_at(office, "Kiosk 1")
    _, other = kiosk_at(office, "Kiosk 2")
    for holder, seat in ((traveller, 0), (other, 1), (ALICE, 2)):
        reserve(office.ask(seat, channel="kiosk"), holder, ACTOR)

    assert lock_out(ours, ACTOR) == 1
    assert statuses() == ["cancelled", "active", "active"]


def test_what_is_being_paid_for_stays_until_the_money_has_come_or_not(office: Office) -> None:
    ours, traveller = kiosk_at(office, "Kiosk 1")
    held = reserve(office.ask(0, channel="kiosk"), traveller, ACTOR)
    begin(held.reservation_id, traveller, ACTOR, "simulated", "phone")

    assert lock_out(ours, ACTOR) == 0
    assert statuses() == ["active"]


def test_a_kiosk_that_is_not_there_cannot_be_locked_out(office: Office) -> None:
    with pytest.raises(NotFound):
        lock_out(new_id(), ACTOR)
