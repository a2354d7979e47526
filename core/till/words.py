"""The words of the till."""

from enum import StrEnum


class DrawerKind(StrEnum):
    """Whose cash it is: a kiosk's cash box, or the drawer that a clerk works with."""

    KIOSK = "kiosk"
    CLERK = "clerk"


class MovementKind(StrEnum):
    """Cash that moves between a drawer and the office's safe while a shift is open."""

    PUT_IN = "put_in"
    TAKEN_OUT = "taken_out"


class ShiftState(StrEnum):
    """How a shift stands; derived, never stored."""

    OPEN = "open"
    CLOSED = "closed"
    TO_APPROVE = "to_approve"
    APPROVED = "approved"
