"""The rules before the sale: hold, extend, give up, be released."""

from hypothesis import strategies as st
from hypothesis.stateful import multiple, rule

from core.booking.alter import alter
from core.booking.basket import cancel_basket, extend_basket, reserve_basket
from core.booking.cancel import cancel, release
from core.booking.extend import extend
from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.requests import Seating
from core.booking.reserve import reserve
from tests.core.booking.machine.counter import ADDRESSES, PEOPLE, SEATS, STRETCHES, Counter, Taken
from tests.support.factories import ACTOR, CLERK


class Holding(Counter):
    """Everything that may happen to seats that nobody has paid for."""

    @rule(
        target=Counter.holds, who=st.sampled_from(PEOPLE), seats=SEATS, stretch=STRETCHES, address=ADDRESSES
    )
    def hold(self, who: Holder, seats: list[int], stretch: tuple[int, int], address: str | None) -> object:
        request = self.on(later=False).ask(*seats, first=stretch[0], last=stretch[1], contact_email=address)
        held = self.attempt("reserve", lambda: reserve(request, who, ACTOR))
        if held is None:
            return multiple()
        assert self.office.schedule_id not in self.over, (
            "a hold was made after the departure had been cancelled"
        )
        return Taken(held.reservation_id, who)

    @rule(
        target=Counter.holds, who=st.sampled_from(PEOPLE), seats=SEATS, stretch=STRETCHES, address=ADDRESSES
    )
    def buy(self, who: Holder, seats: list[int], stretch: tuple[int, int], address: str | None) -> object:
        """Hold and pay at once, as at a counter."""
        taken = self.hold(who, seats, stretch, address)
        if isinstance(taken, Taken):
            self.attempt("take_cash", lambda: take_cash(taken.id, None, CLERK))
        return taken

    @rule(hold=Counter.holds, seats=SEATS, keep=st.booleans())
    def alter(self, hold: Taken, seats: list[int], keep: bool) -> None:
        """Other seats: for the same passengers in their order, as far as they go, or for new ones."""
        people = self.passengers(hold) if keep else []
        able = self.seats_for(hold)
        wanted = [
            Seating(able[seat], people[at])
            if at < len(people)
            else Seating(able[seat], full_name=f"Traveller {seat}")
            for at, seat in enumerate(seats)
        ]
        self.attempt("alter", lambda: alter(hold.id, hold.holder, ACTOR, wanted))

    @rule(target=Counter.holds, who=st.sampled_from(PEOPLE), there=SEATS, back=SEATS, stretch=STRETCHES)
    def hold_a_basket(
        self, who: Holder, there: list[int], back: list[int], stretch: tuple[int, int]
    ) -> object:
        """There and back: both or none."""
        first = self.on(later=False).ask(*there, first=stretch[0], last=stretch[1])
        other = self.on(later=True).ask(*back)
        held = self.attempt("reserve_basket", lambda: reserve_basket([first, other], who, ACTOR))
        if held is None:
            return multiple()
        assert not self.over, "a basket was held after one of its departures had been cancelled"
        return multiple(*(Taken(each.reservation_id, who) for each in held.reservations))

    @rule(hold=Counter.holds)
    def extend_a_basket(self, hold: Taken) -> None:
        basket = self.basket(hold)
        if basket:
            self.attempt("extend_basket", lambda: extend_basket(basket, hold.holder, ACTOR))

    @rule(hold=Counter.holds)
    def give_up_a_basket(self, hold: Taken) -> None:
        basket = self.basket(hold)
        if basket:
            self.attempt("cancel_basket", lambda: cancel_basket(basket, hold.holder, ACTOR))

    @rule(hold=Counter.holds)
    def extend(self, hold: Taken) -> None:
        self.attempt("extend", lambda: extend(hold.id, hold.holder, ACTOR))

    @rule(hold=Counter.holds)
    def give_up(self, hold: Taken) -> None:
        self.attempt("cancel", lambda: cancel(hold.id, hold.holder, ACTOR))

    @rule(hold=Counter.holds)
    def release(self, hold: Taken) -> None:
        self.attempt("release", lambda: release(hold.id, CLERK, "machine"))
