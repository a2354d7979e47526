"""Seats that are not for sale, and people who wait for some: blocked, kept back until a time, waiting lists."""

from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, multiple, rule
from sqlalchemy import text

from core.booking.blocks import BlockRequest, block_seats, unblock_seats
from core.booking.waiting import JoinRequest, Traveller, holder_of, join, leave
from core.booking.waiting_serve import serve
from core.kernel.clock import now
from core.kernel.db import db
from tests.core.booking.machine.counter import SEATS, STRETCHES, Counter, Taken
from tests.support.factories import ACTOR, CLERK

_OFFERS = text("""
SELECT id, reservation_id FROM waiting_entries WHERE status = 'offered' AND schedule_id = ANY(:schedules) ORDER BY place
""")


class Scarce(Counter):
    """What is blocked is nobody's to buy; what gets free is held for who came first."""

    entries: Bundle[UUID] = Bundle("entries")

    @rule(seats=SEATS, stretch=STRETCHES, later=st.booleans(), minutes=st.sampled_from([None, 3, 20]))
    def block_seats(
        self, seats: list[int], stretch: tuple[int, int], later: bool, minutes: int | None
    ) -> None:
        """For good, or kept back for some minutes."""
        until = None if minutes is None else now() + timedelta(minutes=minutes)
        blocked = self._some(seats, stretch, later)
        self.attempt("block_seats", lambda: block_seats(blocked, "machine", CLERK, until))

    @rule(seats=SEATS, stretch=STRETCHES, later=st.booleans())
    def unblock_seats(self, seats: list[int], stretch: tuple[int, int], later: bool) -> None:
        some = self._some(seats, stretch, later)
        freed = self.attempt("asked to unblock", lambda: unblock_seats(some, CLERK))
        self.worked["unblock_seats"] += bool(freed)

    @rule(
        target=entries, name=st.sampled_from(["eve", "finn"]), seats=st.sampled_from([1, 1, 2]),
        stretch=STRETCHES, later=st.booleans(),
    )  # fmt: skip
    def join_the_line(self, name: str, seats: int, stretch: tuple[int, int], later: bool) -> object:
        people = tuple(Traveller(full_name=f"{name} {number}") for number in range(seats))
        wish = JoinRequest(self.schedules[later], *stretch, people, "api", f"{name}@example.org")
        entry = self.attempt("join", lambda: join(wish, ACTOR))
        return multiple() if entry is None else entry

    @rule(entry=entries)
    def leave_the_line(self, entry: UUID) -> None:
        self.attempt("leave", lambda: leave(entry, ACTOR))

    @rule(target=Counter.holds)
    def serve_the_lines(self) -> object:
        """What is offered is a hold like any other: it may be paid, extended, given up, or run out."""
        self.worked["serve"] += serve() > 0
        return multiple(
            *(
                Taken(offer.reservation_id, holder_of(offer.id))
                for offer in db.session.execute(_OFFERS, {"schedules": self.schedules})
            )
        )

    def _some(self, seats: list[int], stretch: tuple[int, int], later: bool) -> BlockRequest:
        return BlockRequest(self.schedules[later], [self.on(later).seats[seat] for seat in seats], *stretch)
