"""The card terminal of a kiosk as a gateway: what it is asked is a command to the kiosk's agent, under the id of the
payment or refund, so that it is never asked twice; what it answers comes as an event.
"""

from collections.abc import Mapping
from uuid import UUID, uuid5

from core.kernel.db import transaction
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.payments.gateways.base import (
    GatewayAnswer,
    GatewayEvent,
    GatewayRefused,
    PaymentIntent,
    PaymentState,
    RefundAnswer,
    RefundState,
)
from core.peripherals.commands import send
from core.peripherals.queries import CommandView, command, kiosk_of_command
from core.peripherals.words import CommandKind, CommandStatus, Device

NAME = "terminal"
NO_ANSWER = "The card reader does not answer."
#: A refund waits for the machine to be there; after a day somebody has to look.
_A_DAY = 24 * 3600
_STATES: dict[str, PaymentState] = {CommandStatus.DONE: "completed", CommandStatus.FAILED: "failed"}
_REFUND_STATES: dict[str, RefundState] = {CommandStatus.DONE: "processed", CommandStatus.FAILED: "failed"}


class TerminalGateway:
    """Its answers are what is in the tables: nothing here speaks to a network."""

    name = NAME

    def begin(self, intent: PaymentIntent) -> GatewayAnswer:
        """Tell the terminal to charge, once. Raises GatewayRefused without a kiosk."""
        if intent.kiosk_id is None:
            raise GatewayRefused("There is no card reader here.")
        amount = intent.amount
        data = {**amount.as_json(), "language": intent.language}
        with transaction():
            send(intent.kiosk_id, Device.TERMINAL, CommandKind.CHARGE, data, command_id=intent.payment_id)
        return self.look_up(reference_of(intent.payment_id))

    def look_up(self, reference: str) -> GatewayAnswer:
        """How the charge stands. Raises NotFound."""
        found = self.find(UUID(reference.removeprefix(f"{NAME}-")))
        if found is None:
            raise NotFound("The terminal was never asked for this.")
        return found

    def find(self, payment_id: UUID) -> GatewayAnswer | None:
        """How the charge stands, None when the terminal was never asked for it."""
        asked = command(payment_id)
        if asked is None:
            return None
        state: PaymentState = "failed" if _nobody_came(asked) else _STATES.get(asked.status, "pending")
        failure = None
        if state == "failed":
            failure = NO_ANSWER if _nobody_came(asked) else str(asked.result.get("reason", "declined"))
        amount = Money(asked.data["amount"], asked.data["currency"])
        return GatewayAnswer(reference_of(payment_id), None, state, failure, amount)

    def refund(
        self,
        reference: str,
        refund_id: UUID,
        amount: Money,
        reason: str,  # noqa: ARG002 - the Protocol's
        refusals: int = 0,
    ) -> RefundAnswer:
        """Tell the terminal that charged to give back, once (and once more after each refusal); its answer is an event."""
        charge = UUID(reference.removeprefix(f"{NAME}-"))
        kiosk_id = kiosk_of_command(charge)
        if kiosk_id is None:
            raise GatewayRefused("The card reader that took this payment is not known.")
        order = uuid5(refund_id, str(refusals)) if refusals else refund_id
        data = {**amount.as_json(), "charge": str(charge), "refund": str(refund_id)}
        with transaction():
            send(
                kiosk_id, Device.TERMINAL, CommandKind.REFUND, data, command_id=order, subject_id=refund_id,
                patience=_A_DAY,
            )  # fmt: skip
        asked = command(order)
        if asked is None or _nobody_came(asked):
            return RefundAnswer("failed", reference_of(refund_id), NO_ANSWER)
        return RefundAnswer(_REFUND_STATES.get(asked.status, "pending"), reference_of(refund_id))

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> GatewayEvent:  # noqa: ARG002 - the Protocol's
        """Raises NotFound: a terminal's messages come through its kiosk's agent."""
        raise NotFound("There are no messages of this kind from a terminal.")


def reference_of(payment_id: UUID) -> str:
    """What a payment or refund at a terminal has as its gateway's reference."""
    return f"{NAME}-{payment_id}"


def _nobody_came(asked: CommandView) -> bool:
    """Whether the command can no longer be begun: nobody took it in time."""
    return asked.stale or asked.status == CommandStatus.EXPIRED
