"""The rules before the sale: hold, extend, give up, be released."""

from hypothesis import strategies as st
from hypothesis.stateful import multiple, rule

from core.booking.cancel import cancel, release
from core.booking.extend import extend
from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.reserve import reserve
from tests.core.booking.machine.counter import ADDRESSES, PEOPLE, SEATS, STRETCHES, Counter, Taken
from tests.support.factories import ACTOR, CLERK


class Holding(Counter):
    """Everything that may happen to seats that nobody has paid for."""

    @rule(
        target=Counter.holds, who=st.sampled_from(PEOPLE), seats=SEATS, stretch=STRETCHES, address=ADDRESSES
    )
    def hold(self, who: Holder, seats: list[int], stretch: tuple[int, int], address: str | None) -> object:
        request = self.office.ask(*seats, first=stretch[0], last=stretch[1], contact_email=address)
        held = self.attempt("reserve", lambda: reserve(request, who, ACTOR))
        if held is None:
            return multiple()
        assert not self.over, "a hold was made after the departure had been cancelled"
        return Taken(held, who)

    @rule(
        target=Counter.holds, who=st.sampled_from(PEOPLE), seats=SEATS, stretch=STRETCHES, address=ADDRESSES
    )
    def buy(self, who: Holder, seats: list[int], stretch: tuple[int, int], address: str | None) -> object:
        """Hold and pay at once, as at a counter."""
        taken = self.hold(who, seats, stretch, address)
        if isinstance(taken, Taken):
            self.attempt("take_cash", lambda: take_cash(taken.id, None, CLERK))
        return taken

    @rule(hold=Counter.holds)
    def extend(self, hold: Taken) -> None:
        self.attempt("extend", lambda: extend(hold.id, hold.holder, ACTOR))

    @rule(hold=Counter.holds)
    def give_up(self, hold: Taken) -> None:
        self.attempt("cancel", lambda: cancel(hold.id, hold.holder, ACTOR))

    @rule(hold=Counter.holds)
    def release(self, hold: Taken) -> None:
        self.attempt("release", lambda: release(hold.id, CLERK, "machine"))
