"""What can go wrong when selling, in the traveller's words."""

from core.inventory.errors import BadStretch, SeatTaken
from core.kernel.errors import Conflict, Gone, RuleBroken, constraint_error


class NotOnSale(RuleBroken):
    """The schedule is cancelled, has departed, or its operator no longer sells."""

    code = "not_on_sale"
    message = "This departure is not on sale."


class SalesClosed(RuleBroken):
    """Too close to departure from the boarding stop."""

    code = "sales_closed"
    message = "Sales for this departure have closed."


class TooManySeats(RuleBroken):
    """More seats than the policy allows in one reservation."""

    code = "too_many_seats"
    message = "That is more seats than one reservation may have."


class UnknownSeat(RuleBroken):
    """The seat is not one of this departure's layout."""

    code = "unknown_seat"
    message = "This departure has no such seat."


class SeatTwice(RuleBroken):
    """One seat was asked for twice."""

    code = "seat_twice"
    message = "The same seat was chosen twice."


class CompanionNeedsWheelchair(RuleBroken):
    """More companions' seats than wheelchair places; ``details["seats"]`` are the companions' seats' numbers."""

    code = "companion_needs_wheelchair"
    message = "A companion's seat can only be had together with a wheelchair place."


class BadPassenger(RuleBroken):
    """A passenger's details are missing or cannot be used; `field` says which."""

    code = "bad_passenger"
    message = "Please check the passengers' details."


class ActiveReservationExists(Conflict):
    """The holder has seats of this departure on hold already; `reservation_id` says which."""

    code = "active_reservation_exists"
    message = "You are already holding seats on this departure."


class HoldExpired(Gone):
    """The time to pay has run out."""

    code = "hold_expired"
    message = "The time ran out and the seats are free again. Please choose again."


class NotActive(Conflict):
    """The reservation was paid, cancelled or released."""

    code = "reservation_not_active"
    message = "This reservation is no longer open."


class PaymentBegun(Conflict):
    """Somebody is paying the price that was shown, so the seats stay as they are."""

    code = "payment_begun"
    message = "A payment has begun, so the seats can no longer be changed."


class InBasket(Conflict):
    """The reservation is a part of a basket; `basket_id` says of which."""

    code = "in_basket"
    message = "This is a part of a journey that is paid and given up as a whole."


class BadBasket(RuleBroken):
    """What is asked for cannot be held, or paid, together."""

    code = "bad_basket"
    message = "These journeys cannot be bought together."


class SeatInUse(Conflict):
    """Somebody has seats that were to be blocked; ``details["seats"]`` says which, and who: [{seat, kind, holder,
    reference}].
    """

    code = "seat_in_use"
    message = "Somebody has this seat, so it cannot be blocked."


class NoMoreExtensions(RuleBroken):
    """The policy's number of extensions is used up."""

    code = "no_more_extensions"
    message = "The time cannot be extended again."


class ReasonMissing(RuleBroken):
    """Staff must say why."""

    code = "reason_missing"
    message = "Please give a reason."


class PaymentMissing(Conflict):
    """A booking is confirmed only by money."""

    code = "payment_missing"
    message = "This reservation has not been paid."


class CancellationClosed(RuleBroken):
    """Too close to departure from the boarding stop, or after it."""

    code = "cancellation_closed"
    message = "It is too late to cancel this journey."


class NotCancellable(Conflict):
    """The booking or the passenger is travelling, has travelled or was cancelled already."""

    code = "not_cancellable"
    message = "This booking can no longer be cancelled."


class NotChangeable(Conflict):
    """The booking, the passenger or the departure is past changing."""

    code = "not_changeable"
    message = "This booking can no longer be changed."


class SeatCostsMore(RuleBroken):
    """The new seats are dearer; ``details["difference"]`` says by how much."""

    code = "seat_costs_more"
    message = "This seat costs more than the one that was bought."


class DifferenceDue(RuleBroken):
    """The other departure costs more; ``details["due"]`` says how much."""

    code = "difference_due"
    message = "This departure costs more. Please pay the difference first."


class NothingDue(RuleBroken):
    """The change costs nothing more, so there is nothing to hold seats for: it can simply be made."""

    code = "nothing_due"
    message = "This change costs nothing more, so there is nothing to pay."


class NotRefundable(Conflict):
    """The payment did not pay for a booking, or did not come at all."""

    code = "not_refundable"
    message = "Nothing of this payment can be given back."


class RefundChanged(Conflict):
    """The refund is no longer the one that was agreed to; ``details["refund"]`` is the present one."""

    code = "refund_changed"
    message = "The refund has changed in the meantime. Please look at it again."


class SwapChanged(Conflict):
    """Another vehicle would now do something else than was agreed to."""

    code = "swap_changed"
    message = "Sales have changed in the meantime. Please look at it again."


class SeatsLacking(Conflict):
    """Another vehicle has no seat for somebody, and leaving them was not agreed to; ``details["bookings"]`` has the references."""

    code = "seats_lacking"
    message = "This vehicle has no seat for everybody. Please agree to leave them, or choose another vehicle."


constraint_error("uq_reservations_one_active", ActiveReservationExists)
constraint_error("uq_passengers_reservation_id_seat_id", SeatTwice)

__all__ = [
    "ActiveReservationExists", "BadBasket", "BadPassenger", "BadStretch", "CancellationClosed", "CompanionNeedsWheelchair", "DifferenceDue", "HoldExpired", "InBasket", "NoMoreExtensions",
    "NotActive", "NotCancellable", "NotChangeable", "NotOnSale", "NotRefundable", "NothingDue", "PaymentBegun", "PaymentMissing", "ReasonMissing",
    "RefundChanged", "SalesClosed", "SeatCostsMore", "SeatInUse", "SeatTaken", "SeatTwice", "SeatsLacking", "SwapChanged", "TooManySeats", "UnknownSeat",
]  # fmt: skip
