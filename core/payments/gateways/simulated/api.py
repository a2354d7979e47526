"""The simulated gateway for the office: intents and refunds, behind the shared secret."""

import hmac
import socket
import sqlite3
import time
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.payments.gateways.simulated.behaviours import BEHAVIOURS, chosen
from core.payments.gateways.simulated.shop import shop
from core.payments.words import Method

api = Blueprint("api", __name__)


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(c.isspace() for c in value):
        raise ValueError("must be a web address")
    return value


WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_web_address)]


class _Amount(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    amount: int = Field(ge=0, lt=2**53)
    currency: str = Field(pattern="^[A-Z]{3}$")


class _Intent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    payment_id: UUID
    amount: _Amount
    method: Method
    description: str = Field(max_length=300)
    return_url: WebAddress | None = None
    merchant_url: WebAddress
    callback_url: WebAddress
    language: str = Field(default="en", pattern="^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*$", max_length=20)
    in_person: bool = False
    behaviour: str | None = None

    @model_validator(mode="after")
    def _leads_home(self) -> "_Intent":
        if self.behaviour is not None and self.behaviour not in BEHAVIOURS:
            raise ValueError(f"behaviour must be one of {', '.join(BEHAVIOURS)}")
        if self.return_url and not is_under(self.return_url, self.merchant_url):
            raise ValueError("return_url must be an address of the merchant")
        return self


class _Refund(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refund_id: UUID
    reference: str = Field(max_length=120)
    amount: _Amount
    reason: str = Field(max_length=200)


def is_under(address: str, base: str) -> bool:
    """Whether the address is one of the site at `base`: same scheme, host and port, path at or below its path."""
    there, home = urlsplit(address), urlsplit(base)
    path = home.path.rstrip("/")
    return (
        (there.scheme, there.netloc) == (home.scheme, home.netloc)
        and (there.path == path or there.path.startswith(path + "/"))
        and "\\" not in address
    )


@api.before_request
def _only_the_office() -> Response | None:
    given = request.headers.get("Authorization", "")
    if hmac.compare_digest(given.encode(), f"Bearer {shop().secret}".encode()):
        return None
    return _refuse(401, "unauthenticated", "The shared secret is missing or wrong.")


@api.post("/intents")
def create_intent() -> Response:
    """Begin a payment, or give the one that was begun with this payment id."""
    try:
        wanted = _Intent.model_validate_json(request.get_data())
    except ValidationError as error:
        return _refuse(422, "malformed", _first(error))
    name = chosen(wanted.behaviour, shop().usual, in_person=wanted.in_person, method=wanted.method)
    behaviour = BEHAVIOURS[name]
    intent, is_new = shop().store.create(_columns(wanted, name), behaviour)
    if (intent["amount"], intent["currency"]) != (wanted.amount.amount, wanted.amount.currency):
        return _refuse(422, "payment_id_reused", "This payment was begun with another amount.")
    if is_new:
        shop().delivery.wake()
        if behaviour.answer_lost:
            _break_connection()
    time.sleep(behaviour.answer_after * shop().store.pace)
    return jsonify(_intent(intent))


@api.get("/intents/<reference>")
def get_intent(reference: str) -> Response:
    """How a payment stands."""
    return jsonify(_intent(shop().store.intent(reference) or abort(404)))


@api.get("/payments/<uuid:payment_id>")
def get_payment(payment_id: UUID) -> Response:
    """The same, by the office's own id."""
    return jsonify(_intent(shop().store.intent_of(str(payment_id)) or abort(404)))


@api.post("/refunds")
def create_refund() -> Response:
    """Give money back, or tell how the refund with this id stands."""
    try:
        wanted = _Refund.model_validate_json(request.get_data())
    except ValidationError as error:
        return _refuse(422, "malformed", _first(error))
    intent = shop().store.intent(wanted.reference) or abort(404)
    is_new = shop().store.refund_of(str(wanted.refund_id)) is None
    refund = shop().store.refund(
        {
            "refund_id": str(wanted.refund_id),
            "intent": wanted.reference,
            "amount": wanted.amount.amount,
            "currency": wanted.amount.currency,
            "reason": wanted.reason,
        }
    )
    if refund is None:
        return _refuse(422, "refund_refused", "This money cannot be given back now.")
    if is_new and BEHAVIOURS[intent["behaviour"]].refund == "lost":
        _break_connection()
    shop().delivery.wake()
    return jsonify(_refund(refund))


@api.get("/refunds/<uuid:refund_id>")
def get_refund(refund_id: UUID) -> Response:
    """How a refund stands."""
    return jsonify(_refund(shop().store.refund_of(str(refund_id)) or abort(404)))


def _columns(wanted: _Intent, behaviour: str) -> dict[str, Any]:
    return {
        "payment_id": str(wanted.payment_id),
        "amount": wanted.amount.amount,
        "currency": wanted.amount.currency,
        "method": wanted.method.value,
        "description": wanted.description,
        "return_url": wanted.return_url,
        "callback_url": wanted.callback_url,
        "language": wanted.language,
        "behaviour": behaviour,
    }


def _intent(row: sqlite3.Row) -> dict[str, Any]:
    page = BEHAVIOURS[row["behaviour"]].page
    return {
        "reference": row["reference"],
        "payment_id": row["payment_id"],
        "amount": {"amount": row["amount"], "currency": row["currency"]},
        "status": row["status"],
        "failure": row["failure"],
        "pay_url": f"{shop().url}/pay/{row['reference']}" if page else None,
    }


def _refund(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "refund_id": row["refund_id"],
        "reference": row["reference"],
        "amount": {"amount": row["amount"], "currency": row["currency"]},
        "status": row["status"],
    }


def _refuse(status: int, code: str, message: str) -> Response:
    answer = jsonify({"code": code, "message": message})
    answer.status_code = status
    return answer


def _first(error: ValidationError) -> str:
    fault = error.errors()[0]
    return f"{'.'.join(str(part) for part in fault['loc']) or 'The request'}: {fault['msg']}"


def _break_connection() -> None:
    """As when a cable is pulled: what was asked for is done, but the answer does not arrive."""
    line: socket.socket | None = request.environ.get("gunicorn.socket")
    if line is not None:
        line.shutdown(socket.SHUT_RDWR)
