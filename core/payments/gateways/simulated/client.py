"""The office's side of the simulated gateway: an ordinary HTTP client, as for any payment service."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.kernel.errors import Malformed, NotFound
from core.kernel.money import Money
from core.kernel.settings import Settings
from core.payments.gateways.base import (
    GatewayAnswer,
    GatewayEvent,
    GatewayRefused,
    GatewayUnavailable,
    PaymentIntent,
    PaymentState,
    RefundAnswer,
    RefundState,
)
from core.payments.gateways.simulated import signing
from core.payments.gateways.simulated.line import Answer, Line, NoAnswer

WEBHOOK_PATH = "/api/v1/payments/webhook/simulated"
CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
_HERE = {"127.0.0.1", "localhost", "::1"}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _Amount(_Strict):
    amount: int
    currency: str = Field(pattern="^[A-Z]{3}$")


class _Payment(_Strict):
    reference: str = Field(max_length=120)
    pay_url: str | None = Field(default=None, max_length=500)
    status: PaymentState
    failure: str | None = None
    amount: _Amount


class _Refund(_Strict):
    reference: str = Field(max_length=120)
    status: RefundState
    failure: str | None = None


class _Message(_Strict):
    event_id: str = Field(min_length=1, max_length=120)
    kind: str = Field(max_length=60)
    reference: str = Field(max_length=120)
    payment_id: UUID | None = Field(default=None, strict=False)
    refund_id: UUID | None = Field(default=None, strict=False)
    amount: _Amount | None = None
    failure: str | None = Field(default=None, max_length=200)


class SimulatedGateway:
    """Speaks to the process of `bookinghall simulated-gateway`."""

    name = "simulated"

    def __init__(
        self, url: str, secret: str, public_url: str, callback_url: str, read_seconds: float = READ_SECONDS
    ) -> None:
        self._secret = secret
        self._public_url = public_url
        self._callback_url = callback_url
        self._url = url.rstrip("/")
        self._line = Line(connect=CONNECT_SECONDS, read=read_seconds)
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    @classmethod
    def from_settings(cls, settings: Settings) -> "SimulatedGateway":
        """The gateway at `simulated_gateway_url`; one on this machine calls back without a detour."""
        here = urlsplit(settings.simulated_gateway_url).hostname in _HERE
        callback = _local_url(settings) if here else settings.public_url
        return cls(
            settings.simulated_gateway_url,
            settings.simulated_gateway_secret,
            settings.public_url,
            callback + WEBHOOK_PATH,
        )

    def begin(self, intent: PaymentIntent) -> GatewayAnswer:
        """See `Gateway.begin`."""
        body = {
            "payment_id": str(intent.payment_id),
            "amount": intent.amount.as_json(),
            "method": intent.method,
            "description": intent.description,
            "return_url": intent.return_url,
            "merchant_url": self._public_url,
            "callback_url": self._callback_url,
            "language": intent.language,
            "in_person": intent.in_person,
            "behaviour": intent.behaviour,
        }
        return _payment(self._ask("POST", "/intents", body))

    def look_up(self, reference: str) -> GatewayAnswer:
        """See `Gateway.look_up`."""
        return _payment(self._ask("GET", f"/intents/{quote(reference, safe='')}"))

    def find(self, payment_id: UUID) -> GatewayAnswer | None:
        """See `Gateway.find`."""
        try:
            return _payment(self._ask("GET", f"/payments/{payment_id}"))
        except NotFound:
            return None

    def refund(
        self, reference: str, refund_id: UUID, amount: Money, reason: str, refusals: int = 0,
    ) -> RefundAnswer:  # fmt: skip
        """See `Gateway.refund`."""
        body = {
            "refund_id": str(refund_id),
            "reference": reference,
            "amount": amount.as_json(),
            "reason": reason,
        }
        try:
            found = _Refund.model_validate(self._ask("POST", "/refunds", body))
        except ValidationError:
            raise GatewayUnavailable from None
        return RefundAnswer(found.status, found.reference, found.failure)

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent:
        """See `Gateway.read_webhook`."""
        given = {name.lower(): value for name, value in headers.items()}
        signing.check(self._secret, body, given.get(signing.HEADER.lower()))
        try:
            message = _Message.model_validate_json(body)
        except ValidationError:
            raise Malformed("This message of the payment service cannot be read.") from None
        amount = Money(message.amount.amount, message.amount.currency) if message.amount else None
        return GatewayEvent(
            event_id=message.event_id,
            kind=message.kind,
            payment_id=message.payment_id,
            reference=message.reference,
            amount=amount,
            payload=message.model_dump(mode="json"),
            refund_id=message.refund_id,
            failure=message.failure,
        )

    def _ask(self, verb: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON answer. Any doubt about what happened there is GatewayUnavailable."""
        try:
            sent = None if body is None else json.dumps(body).encode()
            answer = self._line.ask(verb, self._url + path, self._headers, sent)
            if answer.status == 404:
                raise NotFound("The payment service does not know this payment.")
            if answer.status == 422:
                raise GatewayRefused(_reason(answer))
            if answer.status >= 300:
                raise GatewayUnavailable
            return answer.json()
        except (NoAnswer, ValueError) as error:
            raise GatewayUnavailable from error


def _payment(found: Any) -> GatewayAnswer:
    try:
        payment = _Payment.model_validate(found)
    except ValidationError:
        raise GatewayUnavailable from None
    amount = Money(payment.amount.amount, payment.amount.currency)
    return GatewayAnswer(payment.reference, payment.pay_url, payment.status, payment.failure, amount)


def _reason(answer: Answer) -> str | None:
    said = answer.json()
    return str(said["message"])[:200] if isinstance(said, dict) and said.get("message") else None


def _local_url(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104 - compared
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
