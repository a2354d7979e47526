"""The payment service of the proof: it keeps in memory who has paid, and takes back what it is asked to.

What it tells the office, how often and when, is up to the buyers: they carry its messages through the real settling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments.gateways.base import (
    EventKind,
    GatewayAnswer,
    GatewayEvent,
    GatewayRefused,
    PaymentIntent,
    PaymentState,
    RefundAnswer,
)


@dataclass(slots=True)
class _Account:
    """One payment as the service sees it."""

    amount: Money
    status: PaymentState = "pending"
    given_back: int = 0


class ProofGateway:
    """Implements `Gateway` without a network; safe to be used by many threads."""

    name = "proof"

    def __init__(self) -> None:
        self._accounts: dict[UUID, _Account] = {}
        self._refunds: dict[UUID, int] = {}

    def begin(self, intent: PaymentIntent) -> GatewayAnswer:
        """See `Gateway.begin`: open until the buyer pays."""
        self._accounts.setdefault(intent.payment_id, _Account(intent.amount))
        return self._answer(intent.payment_id)

    def look_up(self, reference: str) -> GatewayAnswer:
        """See `Gateway.look_up`."""
        return self._answer(_payment_id(reference))

    def find(self, payment_id: UUID) -> GatewayAnswer | None:
        """See `Gateway.find`."""
        return self._answer(payment_id) if payment_id in self._accounts else None

    def refund(
        self, reference: str, refund_id: UUID, amount: Money, reason: str, refusals: int = 0,
    ) -> RefundAnswer:  # fmt: skip
        """See `Gateway.refund`: the same refund again is the same refund, and nothing is paid out that did not come in."""
        account = self._accounts[_payment_id(reference)]
        if refund_id not in self._refunds:
            if account.status != "completed" or account.given_back + amount.amount > account.amount.amount:
                raise GatewayRefused("More was asked back than was paid.")
            account.given_back += amount.amount
            self._refunds[refund_id] = amount.amount
        return RefundAnswer("processed", f"proof-{refund_id}")

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent:
        """Raises NotFound: its messages are carried by hand."""
        raise NotFound("The proof sends no messages over the network.")

    def pay(self, payment_id: UUID, short_by: int = 0) -> GatewayEvent:
        """The buyer pays (`short_by` minor units too little); the message that should be carried to the office."""
        account = self._accounts[payment_id]
        if account.status != "completed":
            account.status = "completed"
            account.amount = Money(account.amount.amount - short_by, account.amount.currency)
        return self.message(payment_id, EventKind.PAYMENT_COMPLETED)

    def message(self, payment_id: UUID, kind: EventKind) -> GatewayEvent:
        """A message with an id of its own about a payment."""
        amount = self._accounts[payment_id].amount if kind == EventKind.PAYMENT_COMPLETED else None
        return GatewayEvent(f"proof-{new_id()}", kind, payment_id, _reference(payment_id), amount)

    def taken(self) -> list[UUID]:
        """The payments that were paid."""
        return [payment_id for payment_id, account in self._accounts.items() if account.status == "completed"]

    def keeps(self) -> int:
        """Minor units that came in and were not given back."""
        accounts = [account for account in self._accounts.values() if account.status == "completed"]
        return sum(account.amount.amount - account.given_back for account in accounts)

    def _answer(self, payment_id: UUID) -> GatewayAnswer:
        account = self._accounts[payment_id]
        return GatewayAnswer(_reference(payment_id), None, account.status, amount=account.amount)


def _reference(payment_id: UUID) -> str:
    return f"proof-{payment_id}"


def _payment_id(reference: str) -> UUID:
    return UUID(reference.removeprefix("proof-"))
