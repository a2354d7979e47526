"""The page of what about money needs a person: everything is named, explained, and can be looked after."""

import pytest
from flask import Flask
from sqlalchemy import text

from core.booking.reserve import reserve
from core.kernel.db import db, transaction
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments import records
from core.payments.gateways.base import GatewayEvent
from core.payments.gateways.catalogue import stand_in
from core.payments.refunds import open_refund
from core.peripherals.cash_sale import begin_cash
from core.peripherals.queries import intake_of
from core.peripherals.words import EventKind
from tests.admin.conftest import SignIn
from tests.core.peripherals.kiosks import make_machine
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, Office
from tests.support.moods import MoodyGateway

PAGE = "/admin/reconciliation/"


def paid_for_nothing(office: Office) -> None:
    """A completed payment that bought nothing, behind the office's back, and one that goes back and hangs."""
    held = reserve(office.ask(0), ALICE, ACTOR)
    for refunded in (False, True):
        with transaction():
            paid = records.create_payment(
                held.reservation_id, office.operator_id, "simulated", "card", Money(2600, "EUR")
            )
            records.complete(paid, f"ref-{paid}")
            if refunded:
                open_refund(paid, Money(1200, "EUR"), "<b>too late</b>")


def parked() -> str:
    event = GatewayEvent("evt_<i>1", "payment.completed", new_id(), "sim_1", None)
    with transaction():
        noted = records.record_event("simulated", event, "parked")
    assert noted is not None
    return str(noted.id)


def test_an_office_that_is_well_has_nothing_there(sign_in: SignIn, office: Office) -> None:
    assert "Nothing needs anyone." in sign_in("manager").get(PAGE).text


def test_everything_that_needs_someone_is_named_with_its_amount(
    sign_in: SignIn, office: Office, clock: Clock
) -> None:
    paid_for_nothing(office)
    parked()
    clock.move(minutes=20)
    page = sign_in("manager").get(PAGE).text
    for kind in ("Paid without a booking", "Refunds that take long", "Messages that fit nothing"):
        assert kind in page
    assert "Refunds that failed" not in page
    assert "€26.00" in page
    assert "€12.00" in page
    assert "<b>too late" not in page
    assert "evt_<i>1" not in page


def test_a_message_is_put_aside_with_a_reason_by_those_who_may_refund(
    sign_in: SignIn, office: Office
) -> None:
    address = f"{PAGE}messages/{parked()}/put-aside"
    assert sign_in("agent").post(address, data={"reason": "I looked"}).status_code == 403
    manager = sign_in("manager")
    assert "Please say why." in manager.post(address, data={}, follow_redirects=True).text
    page = manager.post(address, data={"reason": "Of the café"}, follow_redirects=True).text
    assert "Put aside." in page
    assert db.session.execute(text("SELECT effect FROM webhook_events")).scalar_one() == "put_aside"
    assert manager.post(f"{PAGE}messages/1/put-aside", data={"reason": "why"}).status_code == 404


def test_staff_of_one_station_are_shown_none_of_it(sign_in: SignIn, office: Office) -> None:
    address = f"{PAGE}messages/{parked()}/put-aside"
    manager = sign_in("manager", office.places[0])
    assert "belongs to no station" in manager.get(PAGE).text
    assert manager.post(address, data={"reason": "I looked"}).status_code == 404


def test_money_that_bought_nothing_is_given_back_with_a_reason(sign_in: SignIn, office: Office) -> None:
    paid_for_nothing(office)
    stray, refunded = db.session.scalars(text("SELECT id FROM payments ORDER BY id")).all()
    address = f"{PAGE}payments/{stray}/give-back"
    assert sign_in("agent").post(address, data={"reason": "nobody knows"}).status_code == 403
    manager = sign_in("manager")
    assert "Please say why." in manager.post(address, data={}, follow_redirects=True).text
    page = manager.post(address, data={"reason": "It bought nothing"}, follow_redirects=True).text
    assert "on its way back" in page
    assert "Paid without a booking" not in page
    found = "SELECT amount, reason FROM refunds WHERE payment_id = :id"
    assert db.session.execute(text(found), {"id": stray}).one() == (2600, "It bought nothing")
    again = manager.post(
        f"{PAGE}payments/{refunded}/give-back", data={"reason": "twice"}, follow_redirects=True
    )
    assert "Nothing of this payment can be given back." in again.text


@pytest.fixture
def silent(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment service that does not answer, whatever runs on this machine."""
    gateway = MoodyGateway()
    gateway.moods = ["is away"]
    monkeypatch.setitem(app.extensions, "bookinghall_gateways", {})
    stand_in(app, gateway)


@pytest.mark.usefixtures("silent")
def test_a_refund_that_takes_long_is_tried_again(sign_in: SignIn, office: Office, clock: Clock) -> None:
    paid_for_nothing(office)
    refund = db.session.scalars(text("SELECT id FROM refunds")).one()
    clock.move(minutes=20)
    manager = sign_in("manager")
    assert "Ask now" in manager.get(PAGE).text
    address = f"{PAGE}refunds/{refund}/try-again"
    assert sign_in("agent").post(address).status_code == 403
    page = manager.post(address, follow_redirects=True).text
    assert "The gateway was asked again." in page
    assert "The payment service did not answer." in page
    assert db.session.scalars(text("SELECT attempts FROM refunds")).one() == 1


def test_what_a_kiosk_owes_is_handed_out_at_the_counter(sign_in: SignIn, office: Office) -> None:
    machine = make_machine(office)
    reservation = machine.hold(office)
    paying = begin_cash(reservation, machine.holder, machine.kiosk_id, machine.actor).payment_id
    machine.new()
    machine.insert(paying, 5000)
    machine.tell(EventKind.STOPPED, paying)
    [change] = machine.new()
    machine.tell(EventKind.PAY_OUT_ENDED, change.id, missing=2400, reason="jam")

    browser = sign_in("manager", till=True)
    page = browser.post(f"{PAGE}cash/{paying}/handed-out", follow_redirects=True).text

    assert "Handed out, and noted." in page
    intake = intake_of(reservation)
    assert intake is not None
    assert (intake.status, intake.left) == ("done", 0)
