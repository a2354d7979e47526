"""The words between the office and a kiosk's agent. Nothing is imported here: both sides speak them."""

from enum import StrEnum


class Device(StrEnum):
    PRINTER = "printer"
    CASH = "cash"
    TERMINAL = "terminal"
    SCANNER = "scanner"
    SIMULATOR = "simulator"


class CommandKind(StrEnum):
    """What a device is told. `accept`: take cash up to an amount; `stop` ends it; `simulate` moves a simulator's hand."""

    PRINT = "print"
    ACCEPT = "accept"
    STOP = "stop"
    PAY_OUT = "pay_out"
    CHARGE = "charge"
    CANCEL = "cancel"
    REFUND = "refund"
    SIMULATE = "simulate"
    SCAN = "scan"


class CommandStatus(StrEnum):
    """`waiting` for the agent, `taken` by it, then `done` or `failed`; `expired` when nobody took it in time."""

    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


class EventKind(StrEnum):
    """What an agent reports. Those of cash tell of each piece; `stopped` and `pay_out_ended` end their commands."""

    STATUS = "device.status"
    INSERTED = "cash.inserted"
    STOPPED = "cash.stopped"
    PAID_OUT = "cash.paid_out"
    PAY_OUT_ENDED = "cash.pay_out_ended"
    APPROVED = "terminal.approved"
    DECLINED = "terminal.declined"
    UNSURE = "terminal.unsure"
    REFUNDED = "terminal.refunded"
    PRINTED = "printer.printed"
    NOT_PRINTED = "printer.failed"
    DONE = "command.done"
    FAILED = "command.failed"
