"""What every rule of the machine stands on: an office with two departures, the things that exist so far, and the question
whether everything is true.
"""

from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple
from sqlalchemy import text

from core.booking.basket import reserve_basket
from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.kernel.db import db
from core.kernel.errors import DomainError
from core.proof.invariants import broken
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, a_fleet, another_departure, make_office
from tests.support.logged import Logged
from tests.support.moods import MoodyGateway

DAN = replace(ALICE, id="dan")
PEOPLE = (ALICE, BOB, replace(ALICE, id="carla"), DAN)
SEAT = st.integers(0, 3)
SEATS = st.lists(SEAT, min_size=1, max_size=3, unique=True)
STRETCHES = st.sampled_from([(0, 5), (0, 2), (1, 3), (2, 5), (3, 4)])
ADDRESSES = st.sampled_from([None, None, None, None, "a@example.org"])


@dataclass(frozen=True)
class Taken:
    """A reservation and who made it."""

    id: UUID
    holder: Holder


class Counter(RuleBasedStateMachine):
    """Two departures of four seats and five legs; refusals are fine, anything else that is raised is a defect."""

    clock: ClassVar[Clock]
    gateway: ClassVar[MoodyGateway]
    worked: ClassVar["Tally[str]"]
    office: Office

    holds: Bundle[Taken] = Bundle("holds")

    @initialize(target=holds)
    def open_the_office(self) -> object:
        """Something is sold and something is held already, so that no rule waits for long."""
        self.office = make_office(rows=1, departs_in=timedelta(days=30))
        self.later = another_departure(self.office)
        self.vehicles = a_fleet(self.office)
        self.over: set[UUID] = set()
        self.gateway.moods = []
        sold = reserve(
            self.office.ask(0, 1, last=2, contact_email="b@example.org"), BOB, ACTOR
        ).reservation_id
        take_cash(sold, BOB, CLERK)
        held = reserve(self.office.ask(3), ALICE, ACTOR).reservation_id
        self.logged = Logged(db.session.connection())
        there, back = self.office.ask(2), replace(self.office.ask(2), schedule_id=self.later)
        basket = reserve_basket([there, back], DAN, ACTOR).reservations
        return multiple(
            Taken(sold, BOB), Taken(held, ALICE), *(Taken(each.reservation_id, DAN) for each in basket)
        )

    @property
    def schedules(self) -> list[UUID]:
        """The first, which may be cancelled, and a later one."""
        return [self.office.schedule_id, self.later]

    def seats_of(self, schedule_id: UUID) -> tuple[UUID, ...]:
        """The seats 1A to 1D of whatever vehicle runs; one that it does not have is another layout's, and nobody's to have."""
        found = text(
            "SELECT x.number, x.id FROM seats x JOIN schedules s ON s.layout_id = x.layout_id WHERE s.id = :id"
        )
        seats = {row.number: row.id for row in db.session.execute(found, {"id": schedule_id})}
        return tuple(
            seats.get(f"1{letter}", old) for letter, old in zip("ABCD", self.office.seats, strict=True)
        )

    def on(self, later: bool) -> Office:
        """One of the two departures as it is to be asked for seats now."""
        schedule_id = self.schedules[later]
        return replace(self.office, schedule_id=schedule_id, seats=self.seats_of(schedule_id))

    def seats_for(self, hold: Taken) -> tuple[UUID, ...]:
        """Those of the departure that a reservation is on."""
        return self.seats_of(self.one("SELECT schedule_id FROM reservations WHERE id = :id", id=hold.id))

    @invariant()
    def everything_is_true(self) -> None:
        if hasattr(self, "office"):
            found = [str(each) for each in broken(db.session.connection(), self.schedules)]
            assert not found, found

    @invariant()
    def everything_is_logged(self) -> None:
        if hasattr(self, "logged"):
            complaints = self.logged.complaints()
            assert not complaints, complaints
            self.logged = Logged(db.session.connection())

    def attempt(self, word: str, deed: Callable[[], object]) -> Any:
        """What it gave, or None when it was refused; counted by its word in `worked`."""
        try:
            given = deed()
        except DomainError:
            db.session.rollback()
            return None
        self.worked[word] += 1
        return given

    def one(self, statement: str, **values: object) -> Any:
        """The one value that a statement asks for, or None."""
        return db.session.execute(text(statement), values).scalar()

    def booking(self, hold: Taken) -> UUID | None:
        found: UUID | None = self.one("SELECT id FROM bookings WHERE reservation_id = :id", id=hold.id)
        return found

    def basket(self, hold: Taken) -> UUID | None:
        """The basket that the reservation is in."""
        found: UUID | None = self.one("SELECT basket_id FROM reservations WHERE id = :id", id=hold.id)
        return found

    def passengers(self, hold: Taken) -> list[UUID]:
        """Those who are not cancelled, in their order."""
        found = text(
            "SELECT id FROM passengers WHERE reservation_id = :id AND cancellation_id IS NULL ORDER BY place"
        )
        return list(db.session.execute(found, {"id": hold.id}).scalars())
