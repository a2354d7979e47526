"""The page where a customer pays by card through Stripe: `/pay/stripe/<PaymentIntent>/<proof>`.

The card is typed into a field that is a frame of Stripe's own, made by Stripe's script, which has to come from Stripe.
This is the one page of the office that loads anything from elsewhere, and only when Stripe is the gateway.
"""

import hmac
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, make_response, render_template, send_from_directory

from core.kernel import context
from core.kernel.money import format_money
from core.kernel.settings import Settings
from core.kernel.web import language
from core.payments.gateways.catalogue import gateway
from core.payments.gateways.stripe.client import API_BASE, StripeGateway
from core.payments.gateways.stripe.objects import Intent

page = Blueprint(
    "stripe", __name__, url_prefix="/pay/stripe", static_folder="static", static_url_path="/static"
)

_LOOK = Path(__file__).parents[1] / "simulated" / "static"
_STATES = {"succeeded": "completed", "canceled": "failed", "processing": "waiting"}


def address(settings: Settings) -> Callable[[str], str]:
    """How the page of a PaymentIntent is reached. Its last part cannot be guessed and is the right to pay."""
    return lambda reference: f"{settings.public_url}/pay/stripe/{reference}/{_proof(settings, reference)}"


@page.get("/<reference>/<proof>")
def show(reference: str, proof: str) -> Response:
    """The payment as it stands, with the card's field while it can be paid."""
    made = context.settings()
    if not hmac.compare_digest(proof.encode(), _proof(made, reference).encode()):
        abort(404)
    found = gateway("stripe")
    assert isinstance(found, StripeGateway)  # noqa: S101 - the catalogue has it under this name
    intent = found.intent(reference)
    answer = make_response(
        render_template(
            "gateway/stripe.html",
            intent=intent,
            state=_STATES.get(intent.status, "open"),
            amount=format_money(intent.money, language()),
            key=made.stripe_publishable_key,
            script=_script(made),
            return_url=intent.metadata.get("return_url"),
        )
    )
    answer.headers["Content-Security-Policy"] = _policy(made, intent)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@page.get("/pay.css")
def look() -> Response:
    """The look that all pay pages share."""
    return send_from_directory(_LOOK, "pay.css")


def _proof(settings: Settings, reference: str) -> str:
    return hmac.new(settings.secret_key.encode(), f"stripe:{reference}".encode(), sha256).hexdigest()[:32]


def _script(settings: Settings) -> str:
    if settings.stripe_api_base == API_BASE:
        return "https://js.stripe.com/v3/"
    return settings.stripe_api_base + "/js.stripe.com/v3/"


def _policy(settings: Settings, intent: Intent) -> str:
    script = urlsplit(_script(settings))
    theirs = f"{script.scheme}://{script.netloc}"
    back = intent.metadata.get("return_url")
    return (
        f"default-src 'self'; script-src 'self' {theirs}; frame-src {theirs} https://hooks.stripe.com; "
        f"connect-src 'self' {settings.stripe_api_base} {theirs}; img-src 'self' data: https://*.stripe.com; "
        f"object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        + (f" {back}" if back and ";" not in back and "," not in back and back.isascii() else "")
    )
