"""What every payment gateway can do, whoever runs it. Nothing here or below is called inside a transaction.

Asking twice is safe: `begin` is idempotent by the payment's id, `refund` by the refund's. So an answer that was lost
is asked for again, or looked up, and nobody pays twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol
from uuid import UUID

from core.kernel.errors import Malformed, RuleBroken, Unavailable
from core.kernel.money import Money

PaymentState = Literal["pending", "completed", "failed"]
RefundState = Literal["pending", "processed", "failed"]


class EventKind(StrEnum):
    """What a gateway may tell by webhook. Other words are kept as they come and have no effect."""

    PAYMENT_COMPLETED = "payment.completed"
    PAYMENT_FAILED = "payment.failed"
    REFUND_PROCESSED = "refund.processed"
    REFUND_FAILED = "refund.failed"


class GatewayUnavailable(Unavailable):
    """No answer, or a broken one. What was asked for may have happened all the same: look it up, or ask again."""

    code = "gateway_unavailable"
    message = (
        "The payment service does not answer at the moment. "
        "If it took money all the same, you will get your tickets or your money back."
    )


class GatewayRefused(RuleBroken):
    """The gateway understood and said no."""

    code = "gateway_refused"
    message = "The payment service did not accept this payment."


class BadSignature(Malformed):
    """A webhook that the gateway did not sign, or signed too long ago."""

    status: ClassVar[int] = 400
    code = "bad_signature"
    message = "The signature of this message is not right."


@dataclass(frozen=True, slots=True)
class PaymentIntent:
    """What is to be paid. `description` is what the payer reads; `return_url` is where the pay page leads back to.

    `in_person`: the payer stands at a kiosk or counter, so that a card is held to a reader and needs no page; `kiosk_id`
    says at which kiosk's own terminal, if it has one.
    `behaviour` makes the simulated gateway act in a certain way (see its `behaviours`); real ones take no notice.
    """

    payment_id: UUID
    amount: Money
    method: str
    description: str
    return_url: str | None = None
    language: str = "en"
    in_person: bool = False
    kiosk_id: UUID | None = None
    behaviour: str | None = None


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """How a payment stands at the gateway. `pay_url` is the page where a person pays, if there is one."""

    reference: str
    pay_url: str | None
    status: PaymentState
    failure: str | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """How a refund stands at the gateway."""

    status: RefundState
    reference: str
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """One message of a gateway, its signature checked. `event_id` stays the same when it is sent again."""

    event_id: str
    kind: str
    payment_id: UUID | None
    reference: str
    amount: Money | None
    payload: dict[str, Any] = field(default_factory=dict)
    refund_id: UUID | None = None
    failure: str | None = None


class Gateway(Protocol):
    """A payment service. Its methods speak to the network and raise `GatewayUnavailable` when that fails."""

    name: str

    def begin(self, intent: PaymentIntent) -> GatewayAnswer:
        """Ask for the money. Asked again with the same payment id it gives the same payment as it stands now."""
        ...

    def look_up(self, reference: str) -> GatewayAnswer:
        """How the payment stands. Raises NotFound for a reference that the gateway does not know."""
        ...

    def find(self, payment_id: UUID) -> GatewayAnswer | None:
        """How the payment with our id stands, or None when the gateway was never asked for it: after a lost answer."""
        ...

    def refund(
        self, reference: str, refund_id: UUID, amount: Money, reason: str, refusals: int = 0
    ) -> RefundAnswer:
        """Send money back; asked again with the same refund's id it says how that one stands, and nothing is paid twice.

        `refusals`: how often it was refused before, for gateways that would only repeat their answer. Raises GatewayRefused.
        """
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent:
        """Check and read a message. Raises BadSignature or Malformed; headers are found in any case of letters."""
        ...
