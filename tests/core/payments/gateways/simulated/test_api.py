"""What the gateway answers to an office that asks: the right thing, the same thing twice, or a clear refusal."""

from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments.gateways.base import GatewayRefused, GatewayUnavailable, PaymentIntent
from core.payments.gateways.simulated.client import SimulatedGateway
from tests.core.payments.cast import PRICE
from tests.support.gateway import GatewayProcess, until
from tests.support.mail import free_port

HOME = "http://127.0.0.1:8080"


@pytest.fixture
def gateway(gateway_process: GatewayProcess) -> SimulatedGateway:
    """The client of an office that is at HOME but does not listen there."""
    secret = gateway_process.settings.simulated_gateway_secret
    return SimulatedGateway(gateway_process.url, secret, HOME, f"http://127.0.0.1:{free_port()}/webhook")


def intent(payment: UUID | None = None, **more: object) -> PaymentIntent:
    made = PaymentIntent(payment or new_id(), PRICE, "card", "Carpathia Bus, Bucharest – Brașov")
    return replace(made, **more)


def paid(gateway: SimulatedGateway) -> str:
    """The reference of a payment that was made."""
    reference = gateway.begin(intent(behaviour="instant")).reference
    until(lambda: gateway.look_up(reference).status == "completed")
    return reference


def test_the_same_payment_is_begun_once(gateway: SimulatedGateway) -> None:
    payment = new_id()
    first = gateway.begin(intent(payment))
    assert (first.status, first.amount) == ("pending", PRICE)
    assert (
        gateway.begin(intent(payment)) == gateway.look_up(first.reference) == gateway.find(payment) == first
    )


def test_the_same_payment_with_another_amount_is_refused(gateway: SimulatedGateway) -> None:
    payment = new_id()
    gateway.begin(intent(payment))
    with pytest.raises(GatewayRefused):
        gateway.begin(intent(payment, amount=Money(1, "RON")))


def test_what_was_never_begun_is_not_found(gateway: SimulatedGateway) -> None:
    assert gateway.find(new_id()) is None


@pytest.mark.parametrize("reference", ["sim_none", "../refunds", "\x00", "’; DROP TABLE intents", "é" * 200])
def test_an_unknown_reference_is_not_found(gateway: SimulatedGateway, reference: str) -> None:
    with pytest.raises(NotFound):
        gateway.look_up(reference)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "http://127.0.0.1/",
        "javascript:alert(1)",
        "//evil.example",
        HOME + "@evil.example/",
        HOME + ".evil.example/",
        HOME + "/\\evil.example",
    ],
)
def test_the_page_leads_back_to_the_office_or_nowhere(gateway: SimulatedGateway, address: str) -> None:
    with pytest.raises(GatewayRefused):
        gateway.begin(intent(return_url=address))


def test_a_behaviour_that_nobody_knows_is_refused(gateway: SimulatedGateway) -> None:
    with pytest.raises(GatewayRefused, match="behaviour must be one of"):
        gateway.begin(intent(behaviour="generous"))


def test_nothing_is_found_at_a_guessed_address(gateway_process: GatewayProcess) -> None:
    for address in ("/pay/sim_guess", "/pay/%00", "/pay/sim_guess/status", "/pay/../intents/x"):
        assert httpx.get(gateway_process.url + address).status_code in {401, 404}


@pytest.mark.parametrize("path", ["/intents", "/refunds"])
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer"}])
def test_only_the_office_may_ask(gateway_process: GatewayProcess, path: str, header: dict[str, str]) -> None:
    address = gateway_process.url + path
    assert httpx.post(address, json={}, headers=header).status_code == 401
    assert httpx.get(f"{address}/{new_id()}", headers=header).status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"payment_id": 1}', b"\xff", b'{"amount":{"amount":1e400}}']
)
def test_nonsense_is_refused(gateway_process: GatewayProcess, body: bytes) -> None:
    secret = gateway_process.settings.simulated_gateway_secret
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    for path in ("/intents", "/refunds"):
        assert httpx.post(gateway_process.url + path, content=body, headers=headers).status_code == 422


def test_a_gateway_that_does_not_listen_says_so() -> None:
    away = SimulatedGateway(f"http://127.0.0.1:{free_port()}", "secret", HOME, HOME)
    with pytest.raises(GatewayUnavailable):
        away.begin(intent())


def test_a_refund_is_made_once_and_never_above_what_was_paid(gateway: SimulatedGateway) -> None:
    reference, first = paid(gateway), new_id()
    made = gateway.refund(reference, first, Money(3000, "RON"), "too late")
    assert made.status == "processed"
    assert gateway.refund(reference, first, Money(3000, "RON"), "too late") == made
    with pytest.raises(GatewayRefused):
        gateway.refund(reference, new_id(), Money(2001, "RON"), "again")
    with pytest.raises(GatewayRefused):
        gateway.refund(reference, new_id(), Money(2000, "EUR"), "other money")
    assert gateway.refund(reference, new_id(), Money(2000, "RON"), "rest").status == "processed"


def test_what_was_not_paid_is_not_given_back(gateway: SimulatedGateway) -> None:
    with pytest.raises(GatewayRefused):
        gateway.refund(gateway.begin(intent()).reference, new_id(), PRICE, "no")
    with pytest.raises(NotFound):
        gateway.refund("sim_none", new_id(), PRICE, "no")
