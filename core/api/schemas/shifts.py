"""Shifts at drawers of cash."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from core.api.schemas.fields import Input, Line, Money, Output, Page, instant, money, text_id
from core.reporting.shifts import ShiftReport
from core.till.models import Shift
from core.till.rules import MOST, MOST_PIECES
from core.till.words import DrawerKind, MovementKind, ShiftState


class Piece(Input):
    """So many notes or coins of one kind; `denomination` is in minor units."""

    denomination: Annotated[int, Field(ge=1, le=MOST)]
    pieces: Annotated[int, Field(ge=0, le=MOST_PIECES)]


Pieces = Annotated[list[Piece], Field(max_length=60)]


class DrawerIn(Input):
    """A kiosk's cash box or a clerk's drawer: `id` is the kiosk's or the user's."""

    kind: Annotated[DrawerKind, Field(strict=False)]
    id: UUID


class OpenBody(Input):
    """The counted float. Without a drawer it is the caller's own; a kiosk's station is the kiosk's."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    float: Pieces
    drawer: DrawerIn | None = None
    place_id: UUID | None = None


class CountBody(Input):
    """What was counted, the float included."""

    count: Pieces


class MovementBody(Input):
    """Cash that was put in or taken out between sales, and why."""

    kind: Annotated[MovementKind, Field(strict=False)]
    amount: Annotated[int, Field(ge=1, le=MOST)]
    reason: Line


class ApproveBody(Input):
    """Why the difference is accepted."""

    reason: Line


class ShiftFilter(Page):
    """Whose shifts, and in which state."""

    kiosk_id: UUID | None = None
    user_id: UUID | None = None
    open: bool | None = None


class ShiftOut(Output):
    """A shift. What should have been in the drawer is there once it was counted; `variance` is over (positive) or short."""

    id: UUID
    drawer: dict[str, str]
    place_id: UUID | None
    state: ShiftState
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None
    float: Money
    expected: Money | None
    counted: Money | None
    variance: Money | None


class ShiftList(Output):
    """The newest first."""

    shifts: list[ShiftOut]
    next_cursor: str | None


class TotalOut(Output):
    """What one group of movements comes to."""

    group: str
    number: int
    amount: Money


class CashLineOut(Output):
    """Cash that came into the drawer (positive) or left it."""

    at: datetime
    group: str
    amount: Money
    booking_reference: str | None
    reason: str | None


class ShiftReportOut(ShiftOut):
    """A shift with its totals and lines; both are empty while it is open."""

    totals: list[TotalOut]
    lines: list[CashLineOut]


def pieces_by_denomination(pieces: list[Piece]) -> dict[int, int]:
    """As the till counts; what is named twice is added."""
    found: dict[int, int] = {}
    for each in pieces:
        found[each.denomination] = found.get(each.denomination, 0) + each.pieces
    return found


def shift_json(shift: Shift) -> dict[str, Any]:
    """The shape of `ShiftOut`."""

    def amount(value: int | None) -> dict[str, Any] | None:
        return None if value is None else money(value, shift.currency)

    return {
        "id": str(shift.id),
        "drawer": {
            "kind": shift.kind.value,
            "id": str(shift.kiosk_id or shift.user_id),
            "name": shift.drawer_name,
        },
        "place_id": text_id(shift.place_id),
        "state": shift.state.value,
        "opened_at": instant(shift.opened_at),
        "opened_by": shift.opened_by_name,
        "closed_at": instant(shift.closed_at),
        "closed_by": shift.closed_by_name,
        "float": amount(shift.float_amount),
        "expected": amount(shift.expected),
        "counted": amount(shift.counted),
        "variance": amount(shift.variance),
    }


def report_json(report: ShiftReport) -> dict[str, Any]:
    """The shape of `ShiftReportOut`."""
    currency = report.shift.currency
    totals = [
        {"group": each.group, "number": each.number, "amount": money(each.amount, currency)}
        for each in report.totals
    ]
    lines = [
        {
            "at": instant(line.at),
            "group": line.group,
            "amount": money(line.amount, currency),
            "booking_reference": line.reference,
            "reason": line.reason,
        }
        for line in report.lines
    ]
    return {**shift_json(report.shift), "totals": totals, "lines": lines}
