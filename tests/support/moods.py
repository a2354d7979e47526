"""The proof's payment service on bad days: what it answers when money is to go back, as often as it was told to."""

from uuid import UUID

from core.kernel.money import Money
from core.payments.gateways.base import GatewayRefused, GatewayUnavailable, RefundAnswer
from core.proof.gateway import ProofGateway

#: Refused; not reached; done, but the answer was lost; on its way; came back from the bank.
MOODS = ("refuses", "is away", "loses its answer", "takes its time", "fails")


class MoodyGateway(ProofGateway):
    """Answers the next refunds by `moods`, the first first, and then as it should."""

    def __init__(self) -> None:
        super().__init__()
        self.moods: list[str] = []

    def refund(
        self, reference: str, refund_id: UUID, amount: Money, reason: str, refusals: int = 0
    ) -> RefundAnswer:
        """See `Gateway.refund`."""
        mood = self.moods.pop(0) if self.moods else None
        if mood == "refuses":
            raise GatewayRefused("Not today.")
        if mood == "is away":
            raise GatewayUnavailable
        if mood == "takes its time":
            return RefundAnswer("pending", f"proof-{refund_id}")
        if mood == "fails":
            return RefundAnswer("failed", f"proof-{refund_id}", "The account is closed.")
        answer = super().refund(reference, refund_id, amount, reason, refusals)
        if mood == "loses its answer":
            raise GatewayUnavailable
        return answer
