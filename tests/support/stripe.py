"""Stripe as a real server of this machine: `localstripe`, which keeps intents and sends signed messages.

It knows no idempotency keys, no messages about refunds and no Payment Element; its messages go out a second late.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.gateway import until
from tests.support.mail import free_port

SECRET_KEY = "sk_test_bookinghall"
WEBHOOK_SECRET = "whsec_bookinghall"
GOOD_CARD, DECLINED_CARD, ASKING_CARD = "4242424242424242", "4000000000000341", "4000002500003155"


@dataclass
class StripeServer:
    """What a payer, or Stripe's dashboard, does there."""

    url: str

    def ask(self, path: str, **data: Any) -> httpx.Response:
        return httpx.post(self.url + path, json=data, headers={"Authorization": f"Bearer {SECRET_KEY}"})

    def send_to(self, url: str) -> None:
        """Forget everything, and send messages to this office from now on."""
        httpx.delete(self.url + "/_config/data", headers={"Authorization": f"Bearer {SECRET_KEY}"})
        self.ask("/_config/webhooks/office", url=url, secret=WEBHOOK_SECRET).raise_for_status()

    def show_card(self, intent: str, number: str = GOOD_CARD) -> None:
        """A card is typed in, and belongs to the intent."""
        card = {"number": number, "exp_month": 12, "exp_year": 2031, "cvc": "123"}
        method = self.ask("/v1/payment_methods", type="card", card=card).json()["id"]
        self.ask(f"/v1/payment_intents/{intent}", payment_method=method).raise_for_status()

    def confirm(self, intent: str) -> httpx.Response:
        """The payer presses the button."""
        return self.ask(f"/v1/payment_intents/{intent}/confirm")


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[StripeServer]:
    """`localstripe` on a free port, with nothing in it."""
    port = free_port()
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = StripeServer(f"http://127.0.0.1:{port}")
    until(lambda: _answers(server.url))
    yield server
    process.terminate()
    process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url + "/v1/charges", timeout=1).status_code == 401
    except httpx.HTTPError:
        return False
