"""Every method has a gateway, and a gateway is made once."""

import pytest
from flask import Flask

from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments.gateways.base import PaymentIntent
from core.payments.gateways.catalogue import UnknownMethod, gateway, gateway_for
from core.payments.words import Method


def test_every_method_has_a_gateway_which_is_made_once(app: Flask) -> None:
    with app.app_context():
        for method in Method:
            own = method if method in ("cash", "voucher") else "simulated"
            assert gateway_for(method).name == own
            assert gateway_for(method) is gateway(gateway_for(method).name)


@pytest.mark.parametrize("name", ["stripe", "", "CASH", "\x00"])
def test_unknown_names_are_said_so(app: Flask, name: str) -> None:
    with app.app_context():
        with pytest.raises(NotFound):
            gateway(name)
        with pytest.raises(UnknownMethod):
            gateway_for(name)


def test_cash_is_taken_at_once_and_given_back_by_hand(app: Flask) -> None:
    price = Money(5000, "RON")
    with app.app_context():
        cash = gateway("cash")
    answer = cash.begin(PaymentIntent(new_id(), price, "cash", "A ticket"))
    assert (answer.status, answer.pay_url) == ("completed", None)
    assert cash.look_up(answer.reference) == answer
    assert cash.refund(answer.reference, new_id(), price, "given up").status == "pending"
    assert cash.find(new_id()) is None
    with pytest.raises(NotFound):
        cash.read_webhook({}, b"")
