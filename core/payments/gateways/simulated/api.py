"""The simulated gateway for the office: how payments stand, and refunds, behind the shared secret."""

import sqlite3
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.payments.gateways.simulated.behaviours import BEHAVIOURS
from core.payments.gateways.simulated.intents import (
    Amount,
    break_connection,
    first_fault,
    intent_json,
    is_the_office,
    refusal,
)
from core.payments.gateways.simulated.shop import shop

api = Blueprint("api", __name__)


class _Refund(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refund_id: UUID
    reference: str = Field(max_length=120)
    amount: Amount
    reason: str = Field(max_length=200)


@api.before_request
def _only_the_office() -> Response | None:
    if is_the_office(shop().secret, request.headers.get("Authorization", "")):
        return None
    return _refuse(401, "unauthenticated", "The shared secret is missing or wrong.")


@api.get("/intents/<reference>")
def get_intent(reference: str) -> Response:
    """How a payment stands."""
    return jsonify(intent_json(shop(), shop().store.intent(reference) or abort(404)))


@api.get("/payments/<uuid:payment_id>")
def get_payment(payment_id: UUID) -> Response:
    """The same, by the office's own id."""
    return jsonify(intent_json(shop(), shop().store.intent_of(str(payment_id)) or abort(404)))


@api.post("/refunds")
def create_refund() -> Response:
    """Give money back, or tell how the refund with this id stands."""
    try:
        wanted = _Refund.model_validate_json(request.get_data())
    except ValidationError as error:
        return _refuse(422, "malformed", first_fault(error))
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
        break_connection(request.environ)
    shop().delivery.wake()
    return jsonify(_refund(refund))


@api.get("/refunds/<uuid:refund_id>")
def get_refund(refund_id: UUID) -> Response:
    """How a refund stands."""
    return jsonify(_refund(shop().store.refund_of(str(refund_id)) or abort(404)))


def _refund(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "refund_id": row["refund_id"],
        "reference": row["reference"],
        "amount": {"amount": row["amount"], "currency": row["currency"]},
        "status": row["status"],
    }


def _refuse(status: int, code: str, message: str) -> Response:
    answer = jsonify(refusal(code, message))
    answer.status_code = status
    return answer
