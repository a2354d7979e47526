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
from core.accounts.kiosk_heartbeat import VERSION, heartbeat
from core.accounts.models import Role
from core.app import create_app
from core.booking.cancellation import cancel_booking
from core.booking.parties import Holder
from core.booking.pay import begin_payment, take_cash
from core.booking.queries import booking_view
from core.booking.requests import HoldRequest, PassengerRequest
from core.booking.reserve import reserve
from core.demo.load import main_station
from core.demo.till import CURRENCY, FLOAT
from core.inventory.best import best_available
from core.inventory.queries import seat_map
from core.kernel.activity import Actor
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.errors import DomainError
from core.kernel.office import Office
from core.till.drawer import Drawer
from core.till.open import Opening, open_shift
from core.till.words import DrawerKind
from core.timetable.models import Operator
from core.timetable.queries import Departure, departures
from core.timetable.service.operators import change_policy
from core.timetable.service.schedules import change_schedule
from scripts.screens_parts.office import OpenOffice

MANAGER = Actor("user", "ioana", "Ioana Marin", "192.0.2.14")
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
_THIS_HOUR = 9
#: Minutes ago, seats and holder of the holds that run.
_HOLDS = (
    (14, 1, "kiosk", "Kiosk 3"),
    (12, 2, "web", "Guest m.stan@example.org"),
    (9, 1, "counter", "Counter 1"),
    (6, 3, "api", "Partner Travelnet"),
    (4, 2, "web", "Guest ana.pop@example.org"),
    (1, 1, "kiosk", "Kiosk 2"),
)
#: Who pays by card at this moment, and how the bank takes it.
_CARDS = (
    ("ana.pop@example.org", "instant"),
    ("m.stan@example.org", "instant"),
    ("radu@example.org", "decline"),
    ("elena@example.org", "page"),
)


@dataclass
class Day:
    """What later pictures want to show of it."""

    pay_url: str = ""
    reference: str = ""
    """A family's booking for tomorrow, bought by `email`."""
    email: str = "victor@example.org"


def live_through(office: OpenOffice) -> Day:
    """Do all of it; takes some seconds."""
    day = Day()
    with Office(create_app).inside(office.settings):
        station = main_station()
        assert station is not None
        clock = _Clock(office.shift)
        with clock.back(timedelta(days=8)):
            clerk = _staff(station)
        till = _Till(station, now(), clerk)
        db.session.rollback()
        _sell(till, clock)
        _give_back(till, clock, day)
        _devices(station)
        _buy_now(till, clock, day)
    return day


class _Clock:
    """The clock of this process, moved back for what happened earlier."""

    def __init__(self, shift: timedelta) -> None:
        self._shift = shift

    @contextmanager
    def back(self, by: timedelta) -> Iterator[None]:
        self._set(self._shift - by)
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

    def __init__(self, station: UUID, opened: datetime, clerk: Actor) -> None:
        self._chance = Random(11)
        self._clerk = clerk
        board = departures(station, after=opened, hours=30, limit=80)
        self.board = [departure for departure in board if departure.status == "scheduled"]
        #: Those that are on sale for long enough to be bought in the pictures.
        self.on_sale = [one for one in self.board if one.departure_at > opened + timedelta(minutes=12)]
        self._number = 0

    def near(self) -> Departure:
        """Mostly one of the next to leave."""
        most = len(self.board) - 1
        return self.board[min(int(self._chance.expovariate(1 / 7)), most)]

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

    def sell(
        self, departure: Departure, party: tuple[str, ...] | None = None, email: str | None = None
    ) -> UUID | None:
        """A sale for cash; its booking's id."""
        holder = self.buyer()
        try:
            held = self.hold(departure, party or self._chance.choice(_PARTIES), holder, email)
            return take_cash(held, holder, self._clerk)
        except DomainError:
            return None  # full by now
        finally:
            db.session.rollback()


def _actor(holder: Holder) -> Actor:
    return Actor(holder.kind, holder.id, holder.label, "192.0.2.31")


# -- earlier ------------------------------------------------------------------------------------------


def _sell(till: _Till, clock: _Clock) -> None:
    """The sales of a week, in the order in which they happened."""
    moments = [
        timedelta(days=days, minutes=till.minute()) for days in range(1, 7) for _ in range(6 + days % 3)
    ]
    for days, sales in ((7, _WEEK_AGO), (0, _TODAY)):
        moments += [_ago(till, days, hour) for hour, count in enumerate(sales) for _ in range(count)]
    for ago in sorted(moments, reverse=True):
        with clock.back(ago):
            till.sell(till.near())


def _ago(till: _Till, days: int, hour: int) -> timedelta:
    """How long ago a minute of an hour of that day was: 0 is from five to six, 9 the hour that it is now."""
    minutes = till.minute()
    if (days, hour) == (0, _THIS_HOUR):
        return timedelta(minutes=minutes / 2)
    return timedelta(days=days, hours=_THIS_HOUR - hour, minutes=minutes - 28)


def _give_back(till: _Till, clock: _Clock, day: Day) -> None:
    """Two that were sold with a mail, of which one was cancelled."""
    tomorrow = till.board[-1]
    sold: list[UUID] = []
    for minutes, email in ((29, day.email), (28, "ana.pop@example.org")):
        with clock.back(timedelta(minutes=minutes)):
            booking_id = till.sell(tomorrow, ("adult", "adult", "child"), email)
            assert booking_id is not None
            sold.append(booking_id)
    kept = booking_view(sold[0])
    assert kept is not None
    day.reference = kept.reference
    db.session.rollback()
    with clock.back(timedelta(minutes=20)):
        cancel_booking(sold[1], MANAGER, "The traveller is ill", waive=True)


def _staff(station: UUID) -> Actor:
    """Those who work here; returns who sells for cash, at an open drawer."""
    password = "not-used-in-any-picture-1"  # noqa: S105 - of an office that is gone in a minute
    users.create("ioana.marin@bookinghall.example", "Ioana Marin", password, MANAGER, role=Role.MANAGER)
    dan = users.create(
        "dan@bookinghall.example", "Dan Georgescu", password, MANAGER, role=Role.AGENT, stations=[station]
    )
    users.create(
        "gate@bookinghall.example", "Platform staff", password, MANAGER, role=Role.GATE, stations=[station]
    )
    operator_id = db.session.execute(select(Operator.id).order_by(Operator.name)).scalars().first()
    db.session.rollback()
    assert operator_id is not None
    change_policy(operator_id, MANAGER, hold_minutes=20, max_seats=5)
    open_shift(Opening(Drawer(DrawerKind.CLERK, dan.id), CURRENCY, FLOAT, station), MANAGER)
    return Actor("user", str(dan.id), "Dan Georgescu", "192.0.2.15")


def _devices(station: UUID) -> None:
    """Two more kiosks, and one that asks to be let in."""
    for name, paper in (("Kiosk 2", "ok"), ("Kiosk 3", "low")):
        kiosk_id, code = kiosks.prepare(station, name, MANAGER)
        kiosks.claim(code)
        heartbeat(kiosk_id, {"paper": paper, "card_reader": "ok", "version": VERSION})
    kiosks.start_pairing("Kiosk")


# -- now ----------------------------------------------------------------------------------------------


def _buy_now(till: _Till, clock: _Clock, day: Day) -> None:
    late = till.on_sale[2]
    expected = late.departure_at + timedelta(minutes=12)
    change_schedule(late.schedule_id, MANAGER, estimated_departure_at=expected)
    kinds = {"web": "guest", "api": "api", "counter": "user", "kiosk": "kiosk"}
    for number, (minutes, seats, channel, label) in enumerate(_HOLDS):
        with clock.back(timedelta(minutes=minutes, seconds=17 * number)):
            till.hold(till.on_sale[number], ("adult",) * seats, till.buyer(kinds[channel], label))
    for number, (email, behaviour) in enumerate(_CARDS):
        holder = till.buyer("guest", f"Guest {email}")
        held = till.hold(till.on_sale[2 + number], ("adult",) * (1 + number % 2), holder, email)
        begun = begin_payment(held, holder, _actor(holder), "card", behaviour=behaviour)
        day.pay_url = begun.pay_url or day.pay_url
