"""What is read of Stripe's objects: only this, and only if it has this form."""

from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError

from core.kernel.money import Money
from core.payments.gateways.base import GatewayAnswer, PaymentState, RefundAnswer, RefundState
from core.payments.gateways.stripe.amounts import house_money

Kind = TypeVar("Kind", bound=BaseModel)

_STATES: dict[str, PaymentState] = {"succeeded": "completed", "canceled": "failed"}
_REFUNDS: dict[str, RefundState] = {"succeeded": "processed", "failed": "failed", "canceled": "failed"}


class _Trouble(BaseModel):
    message: str | None = None


class Intent(BaseModel):
    """A PaymentIntent. One whose card was declined may still be paid with another: it is pending."""

    id: str = Field(max_length=120)
    amount: int
    amount_received: int | None = None
    currency: str = Field(pattern="^[A-Za-z]{3}$")
    status: str
    client_secret: str | None = None
    created: int = 0
    metadata: dict[str, str] = Field(default_factory=dict)
    last_payment_error: _Trouble | None = None

    @property
    def payment_id(self) -> UUID | None:
        """Our payment, if it is one of ours."""
        return own_id(self.metadata.get("payment_id"))

    @property
    def money(self) -> Money:
        """What was received, or is to be."""
        return house_money(self.amount_received or self.amount, self.currency)

    @property
    def failure(self) -> str | None:
        """Stripe's words for people about what went wrong last."""
        return self.last_payment_error.message if self.last_payment_error else None

    def answer(self, pay_url: str | None) -> GatewayAnswer:
        """How it stands, in the house's words."""
        status = _STATES.get(self.status, "pending")
        failure = self.failure if status != "completed" else None
        return GatewayAnswer(self.id, pay_url if status == "pending" else None, status, failure, self.money)


class Refunded(BaseModel):
    """A Refund."""

    id: str = Field(max_length=120)
    amount: int
    currency: str = Field(pattern="^[A-Za-z]{3}$")
    status: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    failure_reason: str | None = None

    @property
    def refund_id(self) -> UUID | None:
        """Our refund, if it is one of ours."""
        return own_id(self.metadata.get("refund_id"))

    @property
    def answer(self) -> RefundAnswer:
        """How it stands, in the house's words."""
        return RefundAnswer(_REFUNDS.get(self.status or "", "pending"), self.id, self.failure_reason)


class Message(BaseModel):
    """An Event: `data["object"]` is what it is about, as it was then."""

    id: str = Field(min_length=1, max_length=120)
    type: str = Field(max_length=60)
    data: dict[str, Any]


def own_id(text: str | None) -> UUID | None:
    """The id that we gave; None for what others wrote there."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def intent_of(data: Any) -> Intent | None:
    """The PaymentIntent that an event is about, or None."""
    return _read(Intent, "payment_intent", data)


def refund_of(data: Any) -> Refunded | None:
    """The Refund that an event is about, or None."""
    return _read(Refunded, "refund", data)


def _read(kind: type[Kind], word: str, data: Any) -> Kind | None:
    if not isinstance(data, dict) or data.get("object") != word:
        return None
    try:
        return kind.model_validate(data)
    except ValidationError:
        return None
