"""What can go wrong with seats, in the traveller's words."""

from core.kernel.errors import Conflict, RuleBroken


class SeatTaken(Conflict):
    """Somebody else was first. ``details["seats"]`` names the seats that are gone."""

    code = "seat_taken"
    message = "Somebody else was a moment faster: this seat is taken."


class BadStretch(RuleBroken):
    """The stops are not in order, or one cannot board or get off there."""

    code = "bad_stretch"
    message = "One cannot travel between these two stops on this departure."
