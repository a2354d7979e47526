"""The office's side of Stripe: PaymentIntents, refunds and signed messages.

Asking twice is safe: our ids are Stripe's idempotency keys, and stand in the metadata, where they are found again after
the keys have been forgotten.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import stripe
import structlog
from pydantic import ValidationError

from core.kernel.errors import Malformed, NotFound
from core.kernel.money import Money
from core.payments.gateways.base import (
    BadSignature,
    EventKind,
    GatewayAnswer,
    GatewayEvent,
    GatewayRefused,
    GatewayUnavailable,
    PaymentIntent,
    RefundAnswer,
)
from core.payments.gateways.stripe.amounts import stripe_amount
from core.payments.gateways.stripe.objects import Intent, Message, Refunded, intent_of, refund_of

log = structlog.get_logger(__name__)

API_BASE = "https://api.stripe.com"
TIMEOUT = (2.0, 8.0)
TOLERANCE_SECONDS = 300
#: Messages that mean something here; others are kept as they come and have no effect.
KINDS = {
    "payment_intent.succeeded": EventKind.PAYMENT_COMPLETED,
    "payment_intent.payment_failed": EventKind.PAYMENT_FAILED,
    "payment_intent.canceled": EventKind.PAYMENT_FAILED,
}
_REFUND_KINDS = {"processed": EventKind.REFUND_PROCESSED, "failed": EventKind.REFUND_FAILED}
#: How much earlier than our id the clock of Stripe may say that an intent was made.
_CLOCKS_DIFFER = timedelta(minutes=1)
_LOOK_THROUGH = 2_000


class _Plain(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


class StripeGateway:
    """Speaks to Stripe, or to whatever is at `api_base`. `page` makes the address where a payment is paid."""

    name = "stripe"

    def __init__(
        self, secret_key: str, webhook_secret: str, page: Callable[[str], str], api_base: str
    ) -> None:
        self._webhook_secret = webhook_secret
        self._page = page
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
        ).v1

    def begin(self, intent: PaymentIntent) -> GatewayAnswer:
        """See `Gateway.begin`. Refuses a card at a kiosk: there is no reader of Stripe's here."""
        if intent.in_person and intent.method == "card":
            raise GatewayRefused("There is no card reader here. Please pay by phone or in cash.")
        notes = {"payment_id": str(intent.payment_id), "description": intent.description[:400]}
        if intent.return_url and len(intent.return_url) <= 500:
            notes["return_url"] = intent.return_url
        with _in_own_words():
            made = self._client.payment_intents.create(
                {
                    "amount": stripe_amount(intent.amount),
                    "currency": intent.amount.currency.lower(),
                    "metadata": notes,
                },
                {"idempotency_key": f"payment-{intent.payment_id}"},
            )
        return self._answer(_intent(made))

    def look_up(self, reference: str) -> GatewayAnswer:
        """See `Gateway.look_up`."""
        return self._answer(self.intent(reference))

    def intent(self, reference: str) -> Intent:
        """The PaymentIntent with its client secret, for the pay page. Raises NotFound, GatewayUnavailable."""
        with _in_own_words():
            return _intent(self._client.payment_intents.retrieve(reference))

    def find(self, payment_id: UUID) -> GatewayAnswer | None:
        """See `Gateway.find`. Intents are listed newest first; ours is not older than its id, a UUIDv7."""
        oldest = (payment_id.int >> 80) / 1000 - _CLOCKS_DIFFER.total_seconds()
        with _in_own_words():
            listed = self._client.payment_intents.list({"limit": 100}).auto_paging_iter()
            for _, each in zip(range(_LOOK_THROUGH), listed, strict=False):
                found = _intent(each)
                if found.payment_id == payment_id:
                    return self._answer(found)
                if found.created < oldest:
                    break
        return None

    def refund(
        self, reference: str, refund_id: UUID, amount: Money, reason: str, refusals: int = 0
    ) -> RefundAnswer:
        """See `Gateway.refund`. A key is answered with the old refusal for a day, so that a new try has a new one."""
        key = f"refund-{refund_id}" + (f"-{refusals}" if refusals else "")
        with _in_own_words():
            given = self._client.refunds.list({"payment_intent": reference, "limit": 100})
            for each in given.auto_paging_iter():
                known = _refund(each)
                if known.refund_id == refund_id and not (refusals and known.answer.status == "failed"):
                    return known.answer
            made = self._client.refunds.create(
                {
                    "payment_intent": reference,
                    "amount": stripe_amount(amount),
                    "metadata": {"refund_id": str(refund_id), "reason": reason[:400]},
                },
                {"idempotency_key": key},
            )
        return _refund(made).answer

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent:
        """See `Gateway.read_webhook`. Messages about what others do with the same account have no effect."""
        given = {name.lower(): value for name, value in headers.items()}
        try:
            signature = given.get("stripe-signature")
            stripe.WebhookSignature.verify_header(
                body.decode(), signature or "", self._webhook_secret, TOLERANCE_SECONDS
            )
            message = Message.model_validate_json(body)
        except stripe.SignatureVerificationError:
            raise BadSignature from None
        except (ValidationError, ValueError):
            raise Malformed("This message of the payment service cannot be read.") from None
        return _event(message)

    def _answer(self, intent: Intent) -> GatewayAnswer:
        return intent.answer(self._page(intent.id))


def _event(message: Message) -> GatewayEvent:
    about = message.data.get("object")
    refund = refund_of(about)
    if refund and refund.refund_id:
        kind = _REFUND_KINDS.get(refund.answer.status, message.type)
        failure = refund.failure_reason
        return GatewayEvent(
            message.id, kind, None, refund.id, None, _payload(message), refund.refund_id, failure
        )
    intent = intent_of(about)
    if intent is None or intent.payment_id is None:
        return GatewayEvent(message.id, f"other.{message.type}"[:60], None, "", None, _payload(message))
    kind = KINDS.get(message.type, message.type)
    return GatewayEvent(
        message.id,
        kind,
        intent.payment_id,
        intent.id,
        intent.money,
        _payload(message),
        failure=intent.failure,
    )


def _payload(message: Message) -> dict[str, Any]:
    """What is kept of a message: nothing about the card or its holder."""
    about = message.data.get("object")
    kept = ("id", "object", "amount", "amount_received", "currency", "status")
    known = {name: about.get(name) for name in kept} if isinstance(about, dict) else {}
    return {"id": message.id, "type": message.type, "object": known}


def _intent(found: _Plain) -> Intent:
    try:
        return Intent.model_validate(found.to_dict())
    except ValidationError:
        raise GatewayUnavailable from None


def _refund(found: _Plain) -> Refunded:
    try:
        return Refunded.model_validate(found.to_dict())
    except ValidationError:
        raise GatewayUnavailable from None


@contextmanager
def _in_own_words() -> Iterator[None]:
    """Stripe's errors as the house's. Any doubt about what happened there is GatewayUnavailable."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        if error.http_status == 404:
            raise NotFound("The payment service does not know this payment.") from None
        raise GatewayRefused(_said(error)) from None
    except stripe.CardError as error:
        raise GatewayRefused(_said(error)) from None
    except stripe.StripeError as error:
        log.warning("stripe_failed", kind=type(error).__name__, status=error.http_status)
        raise GatewayUnavailable from None


def _said(error: stripe.StripeError) -> str:
    return (error.user_message or GatewayRefused.message)[:200]
