"""Vouchers as a gateway: money goes back onto the voucher that paid. Taking it is part of paying itself."""

from collections.abc import Mapping
from uuid import UUID

from core.kernel.db import transaction
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.payments import vouchers
from core.payments.gateways.base import (
    GatewayAnswer,
    GatewayEvent,
    GatewayRefused,
    PaymentIntent,
    RefundAnswer,
)

_REFERENCE = "voucher-"


class VoucherGateway:
    """Nothing here speaks to a network: the vouchers are in the office's own books."""

    name = "voucher"

    def begin(self, intent: PaymentIntent) -> GatewayAnswer:
        """Refused: a voucher is taken together with its payment's row (`core.booking.split`)."""
        raise GatewayRefused("Please give the code of the voucher.")

    def look_up(self, reference: str) -> GatewayAnswer:
        """Completed: one that was not taken has no reference."""
        return GatewayAnswer(reference, None, "completed")

    def find(self, payment_id: UUID) -> GatewayAnswer | None:
        """None: no answer about a voucher is ever lost."""
        return None

    def refund(
        self, reference: str, refund_id: UUID, amount: Money, reason: str, refusals: int = 0,
    ) -> RefundAnswer:  # fmt: skip
        """Put it back onto the voucher, once."""
        with transaction():
            vouchers.give_back(UUID(reference.removeprefix(_REFERENCE)), refund_id, amount.amount)
        return RefundAnswer("processed", f"{_REFERENCE}{refund_id}")

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent:
        """Raises NotFound: nobody sends messages about vouchers."""
        raise NotFound("There are no messages about vouchers.")


def reference_of(payment_id: UUID) -> str:
    """What a payment by voucher has as its gateway's reference."""
    return f"{_REFERENCE}{payment_id}"
