"""Other vehicles to send, and asking what has come of it."""

from uuid import UUID

from sqlalchemy import text

from core.booking.queries import booking_view
from core.booking.swap import SwapPreview, preview_swap, swap
from core.jobs.deliver import deliver
from core.jobs.handlers import HANDLERS
from core.kernel import outbox
from core.kernel.db import db, transaction
from core.timetable.layouts import PlannedSeat, SeatPlan
from core.timetable.service.plans import store_plan
from tests.support.factories import CLERK, Office, new_vehicle


def vehicle(office: Office, *seats: PlannedSeat) -> UUID:
    """One with these seats."""
    code = f"swap-{'-'.join(seat.number for seat in seats)}"[:60].lower()
    with transaction():
        return new_vehicle(office, store_plan(SeatPlan(code, "Other coach", 60, 8, 1, seats, ())))


def seat(number: str, kind: str = "standard", *features: str) -> PlannedSeat:
    row, column = int(number[:-1]) - 1, "ABCD".index(number[-1])
    return PlannedSeat(number, 0, row, column + (column > 1), kind, features)


def coach(office: Office, *numbers: str) -> UUID:
    return vehicle(office, *map(seat, numbers))


def swapped(office: Office, to: UUID, **agreed: bool) -> SwapPreview:
    """Look, and agree."""
    allow = {"allow_worse": agreed.get("allow_worse", False)}
    shown = preview_swap(office.schedule_id, to, **allow)
    return swap(office.schedule_id, to, "The bus broke down", CLERK, agreed=shown.fingerprint, **agreed)


def seats_in(booking_id: UUID) -> list[str | None]:
    view = booking_view(booking_id)
    assert view is not None
    return [each.seat_number for each in view.reservation.passengers]


def scalar(statement: str, **values: object) -> object:
    found = db.session.execute(text(statement), values).scalar()
    db.session.rollback()
    return found


def work() -> None:
    while due := outbox.waiting(tuple(HANDLERS)):
        assert all(deliver(event_id) for event_id, _ in due)


def new_seats(office: Office) -> tuple[UUID, ...]:
    found = text("SELECT x.id FROM seats x JOIN schedules s ON s.layout_id = x.layout_id WHERE s.id = :id"
                 " ORDER BY x.row, x.column")  # fmt: skip
    return tuple(db.session.execute(found, {"id": office.schedule_id}).scalars())
