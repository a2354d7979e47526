"""The rules after the sale: cancel, whole and in part, change seats, names and addresses, move to another departure."""

from hypothesis import strategies as st
from hypothesis.stateful import multiple, rule

from core.booking.cancellation import cancel_booking
from core.booking.change import Wish, change_contact, change_passengers
from core.booking.difference import Buyer, hold_move
from core.booking.move import Destination, move_booking
from tests.core.booking.machine.counter import ADDRESSES, SEAT, STRETCHES, Counter, Taken
from tests.support.factories import ACTOR, CLERK


class AfterSale(Counter):
    """What staff and customers do with bookings."""

    @rule(hold=Counter.holds, waive=st.booleans())
    def cancel_booking(self, hold: Taken, waive: bool) -> None:
        booking = self.booking(hold)
        if booking:
            self.attempt("cancel_booking", lambda: cancel_booking(booking, CLERK, "machine", waive=waive))

    @rule(hold=Counter.holds, which=SEAT)
    def cancel_one_passenger(self, hold: Taken, which: int) -> None:
        booking, people = self.booking(hold), self.passengers(hold)
        if booking and people:
            one = frozenset({people[which % len(people)]})
            self.attempt(
                "cancel_booking", lambda: cancel_booking(booking, CLERK, "machine", passenger_ids=one)
            )

    @rule(hold=Counter.holds, which=SEAT, seat=st.none() | SEAT, name=st.sampled_from([None, "Rita Pinto"]))
    def change_seat_or_name(self, hold: Taken, which: int, seat: int | None, name: str | None) -> None:
        booking, people = self.booking(hold), self.passengers(hold)
        if booking and people:
            chosen = None if seat is None else self.seats_for(hold)[seat]
            wish = {people[which % len(people)]: Wish(chosen, name)}
            self.attempt(
                "change_passengers", lambda: change_passengers(booking, wish, CLERK, free_of_charge=True)
            )

    @rule(target=Counter.holds, hold=Counter.holds, later=st.booleans(), first=SEAT)
    def hold_a_dearer_departure(self, hold: Taken, later: bool, first: int) -> object:
        """The whole way instead of a part of it: what is held is paid for like any hold, or runs out."""
        booking, people = self.booking(hold), self.passengers(hold)
        if not booking:
            return multiple()
        seats = {person: self.on(later).seats[(first + at) % 4] for at, person in enumerate(people)}
        to = Destination(self.schedules[later], 0, 5, seats)
        buyer = Buyer(hold.holder, ACTOR, "api")
        held = self.attempt("hold_move", lambda: hold_move(booking, to, buyer))
        return multiple() if held is None else Taken(held.reservation_id, hold.holder)

    @rule(hold=Counter.holds, address=ADDRESSES)
    def change_address(self, hold: Taken, address: str | None) -> None:
        booking = self.booking(hold)
        if booking:
            self.attempt("change_contact", lambda: change_contact(booking, address, None, CLERK))

    @rule(
        hold=Counter.holds, later=st.booleans(), stretch=STRETCHES, first=SEAT,
        cash=st.booleans(), waive=st.booleans(),
    )  # fmt: skip
    def move(
        self, hold: Taken, later: bool, stretch: tuple[int, int], first: int, cash: bool, waive: bool
    ) -> None:
        """To the other departure, or on the same one; at the same, a higher or a lower price."""
        booking, people = self.booking(hold), self.passengers(hold)
        if booking:
            seats = {person: self.on(later).seats[(first + at) % 4] for at, person in enumerate(people)}
            to = Destination(self.schedules[later], *stretch, seats)
            self.attempt("move_booking", lambda: move_booking(booking, to, CLERK, cash=cash, waive=waive))
