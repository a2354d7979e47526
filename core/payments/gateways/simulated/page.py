"""The simulated gateway for people: the page where a payment is made to succeed, to fail, or to take its time.

The reference in the address cannot be guessed and is the right to decide; there are no cookies. The form carries a
token all the same, so that only this page can post it.
"""

import hmac
import sqlite3
from hashlib import sha256
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from flask import Blueprint, Response, abort, g, jsonify, redirect, render_template, request, url_for

from core.kernel.money import Money, format_money
from core.payments.gateways.simulated.behaviours import BEHAVIOURS, CHOICES
from core.payments.gateways.simulated.shop import shop

page = Blueprint("page", __name__, url_prefix="/pay", static_folder="static", static_url_path="/static")

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


@page.get("/<reference>")
def show(reference: str) -> str:
    """The payment as it stands, with its three buttons while nothing is decided."""
    intent = _intent(reference)
    locale = language_of(intent["language"])
    g.language = str(locale)
    return render_template(
        "gateway/pay.html",
        intent=intent,
        state=_state(intent),
        amount=format_money(Money(intent["amount"], intent["currency"]), str(locale)),
        token=_token(reference),
        seconds=round(CHOICES["slow"].after),
        language=locale,
    )


@page.post("/<reference>/<any(succeed, fail, slow):choice>")
def decide(reference: str, choice: str) -> Response:
    """A person has decided. Deciding twice changes nothing."""
    intent = _intent(reference)
    if not hmac.compare_digest(request.form.get("token", "").encode(), _token(reference).encode()):
        abort(400)
    shop().store.decide(reference, CHOICES[choice])
    shop().delivery.wake()
    home = intent["return_url"] if choice != "slow" else None
    return redirect(home or url_for("page.show", reference=reference), 303)  # type: ignore[return-value]  # Flask's redirect is typed as Werkzeug's response


@page.get("/<reference>/status")
def status(reference: str) -> Response:
    """For the page while it waits: how the payment stands, and where to go then."""
    intent = _intent(reference)
    return jsonify(status=intent["status"], next=intent["return_url"])


@page.after_app_request
def _closed(answer: Response) -> Response:
    home = g.get("return_url")
    # A browser holds the redirect after a form against form-action, too.
    answer.headers["Content-Security-Policy"] = f"{_POLICY} {_origin(home)}" if home else _POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint in {"page.show", "page.decide", "page.status"}:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def language_of(wanted: str) -> Locale:
    """The language asked for, or English where there is no such language."""
    try:
        return Locale.parse(wanted, sep="-" if "-" in wanted else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _intent(reference: str) -> sqlite3.Row:
    intent = shop().store.intent(reference)
    if intent is None or not BEHAVIOURS[intent["behaviour"]].page:
        abort(404)
    g.return_url = intent["return_url"]
    return intent


def _state(intent: sqlite3.Row) -> str:
    """open, waiting, completed or failed."""
    if intent["status"] != "pending":
        return str(intent["status"])
    return "waiting" if intent["decided"] else "open"


def _token(reference: str) -> str:
    return hmac.new(shop().secret.encode(), f"pay:{reference}".encode(), sha256).hexdigest()


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
