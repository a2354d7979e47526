"""What the office as a whole is, as far as screens need to know: its time zone, its operators and its stations."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, union

from core.accounts.models import Kiosk, UserStation
from core.kernel.clock import now
from core.kernel.db import db
from core.timetable.models import Operator, Place


@dataclass(frozen=True, slots=True)
class Scope:
    """What figures are about: one operator or all, these stations or all (where travellers board), and whose clock."""

    operator_id: UUID | None
    stations: tuple[UUID, ...]
    timezone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def today(self) -> date:
        """The day it is on this clock."""
        return now().astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """Midnight at the beginning of the day."""
        return datetime.combine(day, time(), self.zone)

    def bounds(self, first: date, last: date) -> tuple[datetime, datetime]:
        """From midnight of the first day to midnight after the last."""
        return self.start_of(first), self.start_of(last + timedelta(days=1))


def office_timezone() -> str:
    """The time zone that most active operators keep their timetable in; UTC in an empty office."""
    found = db.session.scalar(
        select(Operator.timezone)
        .where(Operator.active)
        .group_by(Operator.timezone)
        .order_by(func.count().desc(), Operator.timezone)
        .limit(1)
    )
    return found or "UTC"


def currencies() -> list[str]:
    """The currencies that active operators sell in, the one of most of them first."""
    number = func.count().desc()
    statement = select(Operator.currency).where(Operator.active).group_by(Operator.currency)
    return list(db.session.scalars(statement.order_by(number, Operator.currency)))


def operators() -> list[tuple[UUID, str]]:
    """Active operators by name."""
    rows = db.session.execute(
        select(Operator.id, Operator.name).where(Operator.active).order_by(Operator.name)
    )
    return [(row.id, row.name) for row in rows]


def staffed_stations() -> list[tuple[UUID, str, str]]:
    """Stations where this office has a kiosk or staff: id, name, time zone, by name."""
    staffed = union(
        select(Kiosk.place_id).where(Kiosk.place_id.is_not(None)), select(UserStation.place_id)
    ).subquery()
    rows = db.session.execute(
        select(Place.id, Place.name, Place.timezone)
        .where(Place.id.in_(select(staffed.c.place_id)))
        .order_by(Place.name)
    )
    return [(row.id, row.name, row.timezone) for row in rows]
