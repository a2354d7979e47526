"""A day at the demo's station, done through the services: sales of the week and of this morning, a delay, a cancelled
booking, colleagues, kiosks, a changed rule, and travellers who are buying at this moment.

What happened earlier is done with the clock of this process's database connection moved back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select, text

from core.accounts import kiosks, users
from core.accounts.models import Role
from core.app import create_app
from core.booking.cancellation import cancel_booking
from core.booking.parties import Holder
from core.booking.pay import begin_payment, take_cash
from core.booking.requests import HoldRequest, PassengerRequest
from core.booking.reserve import reserve
from core.demo.load import main_station
from core.inventory.best import best_available
from core.inventory.queries import seat_map
from core.kernel.activity import Actor
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.errors import DomainError
from core.kernel.office import Office
from core.timetable.models import Operator
from core.timetable.queries import Departure, departures
from core.timetable.service.operators import change_policy
from core.timetable.service.schedules import change_schedule
from scripts.screens_parts.office import OpenOffice

MANAGER = Actor("user", "ioana", "Ioana Marin", "192.0.2.14")
_KIOSK = Actor("kiosk", "kiosk-2", "Kiosk 2", "192.0.2.31")
_PARTIES = (
    ("adult",),
    ("adult",),
    ("adult", "adult"),
    ("senior",),
    ("adult", "child"),
    ("adult", "adult", "child"),
)
_NAMES = ("Ana Pop", "Mihai Ionescu", "Elena Radu", "Andrei Stan", "Maria Dinu", "Radu Petrescu")
_DOCUMENT = {"document_kind": "citizen_id", "document_number": "RX482913"}
#: Sales begun in the hours before the office opens for the pictures, the earliest first.
_TODAY = (1, 2, 4, 9, 7, 5, 8, 10, 12, 7)
_WEEK_AGO = (1, 3, 5, 7, 8, 5, 6, 8, 10, 9, 7, 6, 4, 3, 2)
#: Minutes ago, seats and holder of the holds that run.
_HOLDS = (
    (1, 1, "kiosk", "Kiosk 2"),
    (4, 2, "web", "Guest ana.pop@example.org"),
    (6, 3, "api", "Partner Travelnet"),
    (9, 1, "counter", "Counter 1"),
    (12, 2, "web", "Guest m.stan@example.org"),
    (14, 1, "kiosk", "Kiosk 3"),
)


@dataclass
class Day:
    """What later pictures want to show of it."""

    pay_url: str = ""


def live_through(office: OpenOffice) -> Day:
    """Do all of it; takes some seconds."""
    day = Day()
    with Office(create_app).inside(office.settings):
        station = main_station()
        assert station is not None
        clock = _Clock(office.shift)
        till = _Till(station, now())
        db.session.rollback()
        _sell(till, clock)
        _give_back(till, clock)
        _staff(station)
        _buy_now(till, clock, day)
    return day


class _Clock:
    """The clock of this process, moved back for what happened earlier."""

    def __init__(self, shift: timedelta) -> None:
        self._shift = shift

    @contextmanager
    def ago(self, **back: float) -> Iterator[None]:
        self._set(self._shift - timedelta(**back))
        try:
            yield
        finally:
            self._set(self._shift)

    def _set(self, shift: timedelta) -> None:
        """For the session's connection: the pool of one thread holds no other."""
        value = {"shift": f"{shift.total_seconds():.0f} seconds"}
        db.session.rollback()
        db.session.execute(text("SELECT set_config('bookinghall.clock_shift', :shift, false)"), value)
        db.session.rollback()


class _Till:
    """Chooses departures, seats and travellers; the same ones every time."""

    def __init__(self, station: UUID, opened: datetime) -> None:
        self._chance = Random(11)
        board = departures(station, after=opened + timedelta(minutes=12), hours=30, limit=80)
        self.board = [departure for departure in board if departure.status == "scheduled"]
        self._number = 0

    def near(self) -> Departure:
        """Mostly one of the next to leave."""
        most = len(self.board) - 1
        return self.board[min(int(self._chance.expovariate(1 / 7)), most)]

    def party(self) -> tuple[str, ...]:
        return self._chance.choice(_PARTIES)

    def minute(self) -> int:
        return self._chance.randint(1, 58)

    def hold(
        self, departure: Departure, types: tuple[str, ...], holder: Holder, email: str | None = None
    ) -> UUID:
        seats = best_available(seat_map(*departure.stretch).seats, len(types))
        db.session.rollback()
        channel = {"guest": "web", "user": "counter"}.get(holder.kind, holder.kind)
        people = [
            PassengerRequest(seat.id, kind, self._chance.choice(_NAMES), _DOCUMENT)
            for seat, kind in zip(seats, types, strict=True)
        ]
        stretch = departure.schedule_id, departure.from_position, departure.to_position
        request = HoldRequest(*stretch, tuple(people), channel, contact_email=email)
        return reserve(request, holder, _actor(holder)).reservation_id

    def buyer(self, kind: str = "", label: str = "") -> Holder:
        self._number += 1
        kind = kind or self._chance.choice(("kiosk", "kiosk", "user"))
        return Holder(
            kind, f"day-{self._number}", label or {"kiosk": "Kiosk 2", "user": "Counter 1"}.get(kind, kind)
        )

    def sell(self, departure: Departure, email: str | None = None) -> UUID | None:
        """A sale for cash; its booking's id."""
        holder = self.buyer()
        try:
            held = self.hold(departure, self.party(), holder, email)
            return take_cash(held, holder, _actor(holder))
        except DomainError:
            return None  # full by now
        finally:
            db.session.rollback()


def _actor(holder: Holder) -> Actor:
    return Actor(holder.kind, holder.id, holder.label, "192.0.2.31")


# -- earlier ------------------------------------------------------------------------------------------


def _sell(till: _Till, clock: _Clock) -> None:
    for days in range(6, 0, -1):
        for _ in range(6 + days % 3):
            with clock.ago(days=days, minutes=till.minute()):
                till.sell(till.near())
    for days, sales in ((7, _WEEK_AGO), (0, _TODAY)):
        for hour, count in enumerate(sales):
            for _ in range(count):
                with clock.ago(days=days, **_within(till, hour, days)):
                    till.sell(till.near())


def _within(till: _Till, hour: int, days: int) -> dict[str, float]:
    """How long before 14:32 a minute of this hour is: 0 is the hour from five on, 9 the one that it is now."""
    minutes = till.minute()
    return (
        {"minutes": minutes / 2} if days == 0 and hour == 9 else {"hours": 9 - hour, "minutes": minutes - 28}
    )


def _give_back(till: _Till, clock: _Clock) -> None:
    """Two that were sold with a mail, of which one was cancelled."""
    tomorrow = till.board[-1]
    for minutes, email in ((170, "victor@example.org"), (95, "ana.pop@example.org")):
        with clock.ago(minutes=minutes):
            booking_id = till.sell(tomorrow, email)
    assert booking_id is not None
    with clock.ago(minutes=40):
        cancel_booking(booking_id, MANAGER, "The traveller is ill", waive=True)


def _staff(station: UUID) -> None:
    password = "not-used-in-any-picture-1"  # noqa: S105 - of an office that is gone in a minute
    users.create("ioana.marin@bookinghall.example", "Ioana Marin", password, MANAGER, role=Role.MANAGER)
    users.create(
        "dan@bookinghall.example", "Dan Georgescu", password, MANAGER, role=Role.AGENT, stations=[station]
    )
    users.create(
        "gate@bookinghall.example", "Platform staff", password, MANAGER, role=Role.GATE, stations=[station]
    )
    operator_id = db.session.execute(select(Operator.id).order_by(Operator.name)).scalars().first()
    db.session.rollback()
    assert operator_id is not None
    change_policy(operator_id, MANAGER, hold_minutes=20, max_seats=5)
    for name, paper in (("Kiosk 2", "ok"), ("Kiosk 3", "low")):
        kiosk_id, code = kiosks.prepare(station, name, MANAGER)
        kiosks.claim(code)
        kiosks.heartbeat(kiosk_id, {"paper": paper, "card_reader": "ok", "version": "1"})
    kiosks.start_pairing("Kiosk")


# -- now ----------------------------------------------------------------------------------------------


def _buy_now(till: _Till, clock: _Clock, day: Day) -> None:
    late = till.board[2]
    change_schedule(
        late.schedule_id, MANAGER, estimated_departure_at=late.departure_at + timedelta(minutes=12)
    )
    for number, (email, behaviour) in enumerate(
        (
            ("ana.pop@example.org", "instant"),
            ("m.stan@example.org", "instant"),
            ("radu@example.org", "decline"),
            ("elena@example.org", "page"),
        )
    ):
        holder = till.buyer("guest", f"Guest {email}")
        held = till.hold(till.board[4 + number], ("adult", "adult")[: 1 + number % 2], holder, email)
        begun = begin_payment(held, holder, _actor(holder), "card", behaviour=behaviour)
        day.pay_url = begun.pay_url or day.pay_url
    kinds = {"web": "guest", "api": "api", "counter": "user", "kiosk": "kiosk"}
    for number, (minutes, seats, channel, label) in enumerate(_HOLDS):
        holder = till.buyer(kinds[channel], label)
        with clock.ago(minutes=minutes, seconds=17 * number):
            till.hold(till.board[2 + number], ("adult",) * seats, holder)
