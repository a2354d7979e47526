"""Reads of tickets: their rows, and what is printed on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, literal_column, select

from core.kernel.db import db
from core.kernel.errors import NotFound
from core.tickets.facts import TicketFacts
from core.tickets.models import Ticket
from core.timetable.models import Operator, Schedule


@dataclass(frozen=True, slots=True)
class OperatorContact:
    """Who answers for the journey, as it is today. `trade` is its code."""

    name: str
    trade: str
    email: str | None
    phone: str | None
    url: str | None
    address: str | None
    tax_number: str | None


@dataclass(frozen=True, slots=True)
class TicketView:
    """One ticket with everything a screen or a page shows. `has_its_seat`: another vehicle may have no seat for it."""

    id: UUID
    number: str
    serial: int
    status: str
    issued_at: datetime
    used_at: datetime | None
    used_where: str | None
    qr: str
    facts: TicketFacts
    operator: OperatorContact
    run_status: str = "scheduled"
    has_its_seat: bool = True


#: A seat of another layout than the run's was lost to a swap; an infant on a lap has none to lose.
_HAS_ITS_SEAT: ColumnElement[bool] = literal_column(
    "NOT EXISTS (SELECT 1 FROM passengers p JOIN seats x ON x.id = p.seat_id"
    " WHERE p.id = tickets.passenger_id AND x.layout_id <> schedules.layout_id)"
)
_COLUMNS = (
    Ticket.id, Ticket.number, Ticket.serial, Ticket.status, Ticket.issued_at, Ticket.used_at, Ticket.used_where,
    Ticket.qr, Ticket.facts, Schedule.status.label("run_status"), _HAS_ITS_SEAT.label("has_its_seat"),
)  # fmt: skip
_CONTACT = (
    Operator.name, Operator.trade, Operator.email, Operator.phone, Operator.url, Operator.address,
    Operator.tax_number,
)  # fmt: skip


def tickets_of(booking_id: UUID) -> list[TicketView]:
    """All tickets of a booking, in the order of its passengers; an empty list when it has none."""
    return [_view(row) for row in db.session.execute(_select().where(Ticket.booking_id == booking_id))]


def ticket(ticket_id: UUID) -> TicketView:
    """One ticket. Raises `NotFound`."""
    return _only(_select().where(Ticket.id == ticket_id))


def ticket_by_number(number: str) -> TicketView:
    """The ticket with this number (without dashes). Raises `NotFound`."""
    return _only(_select().where(Ticket.number == number))


def _only(statement: Select[Any]) -> TicketView:
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no such ticket.")
    return _view(row)


def _select() -> Select[Any]:
    schedule_id = Ticket.facts["schedule_id"].as_string()
    return (
        select(*_COLUMNS, *_CONTACT)
        .join(Schedule, Schedule.id == schedule_id.cast(Schedule.id.type))
        .join(Operator, Operator.id == Schedule.operator_id)
        .order_by(Ticket.id)
    )


def _view(row: Row[Any]) -> TicketView:
    width = len(_COLUMNS)
    own = dict(zip((column.key for column in _COLUMNS), row[:width], strict=True))
    own["facts"] = TicketFacts.from_json(own["facts"])
    return TicketView(**own, operator=OperatorContact(*row[width:]))
