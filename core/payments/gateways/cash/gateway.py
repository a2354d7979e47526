"""Cash changes hands at the counter: taken at once, given back when somebody comes for it; nothing on the network."""

from collections.abc import Mapping
from uuid import UUID

from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.payments.gateways.base import GatewayAnswer, GatewayEvent, PaymentIntent, RefundAnswer


class CashGateway:
    """Whoever calls `begin` has the money in the drawer; a refund lies there until it is handed out
    (`core.till.hand_out`).
    """

    name = "cash"

    def begin(self, intent: PaymentIntent) -> GatewayAnswer:
        """Completed."""
        return GatewayAnswer(f"cash-{intent.payment_id}", None, "completed")

    def look_up(self, reference: str) -> GatewayAnswer:
        """Completed: cash that was not taken has no reference."""
        return GatewayAnswer(reference, None, "completed")

    def find(self, payment_id: UUID) -> GatewayAnswer | None:
        """None: no answer about cash is ever lost."""
        return None

    def refund(
        self, reference: str, refund_id: UUID, amount: Money, reason: str, refusals: int = 0,
    ) -> RefundAnswer:  # fmt: skip
        """Pending: nobody is given cash by a program."""
        return RefundAnswer("pending", f"cash-{refund_id}")

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent:
        """Raises NotFound: nobody sends messages about cash."""
        raise NotFound("There are no messages about cash.")
