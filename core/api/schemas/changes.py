"""Changes of bookings: seats, names, contact, departure, and what they come to."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from core.api.schemas.cancellations import MoneyIn
from core.api.schemas.fields import Email, Input, Line, Money, Output, Phone, Position


class PassengerChange(Input):
    """One passenger of a booking: another seat, another name; what is left out stays."""

    id: UUID
    seat_id: UUID | None = None
    full_name: Line | None = None


class ChangeBody(Input):
    """What is to be changed after the sale. Dearer seats are refused (with the `difference`), unless staff give them
    `free_of_charge` or have counted the difference in `cash`.
    """

    passengers: Annotated[list[PassengerChange], Field(max_length=50)] = Field(default_factory=list)
    contact_email: Email | None = None
    contact_phone: Phone | None = None
    cash: bool = False
    free_of_charge: bool = False


class SeatOfPassenger(Input):
    """Who sits where on the other departure."""

    passenger_id: UUID
    seat_id: UUID


class SeatsBody(Input):
    """Other seats for some or all passengers; with `preview` nothing is changed.

    What dearer seats cost more is paid at the counter (staff say `cash`), or online: `hold` holds them, and paying for the
    reservation `to_pay` changes the booking. Of what cheaper ones cost less comes back what the refund ladder says.
    """

    seats: Annotated[list[SeatOfPassenger], Field(min_length=1, max_length=50)]
    preview: bool = False
    hold: bool = False
    cash: bool = False
    agreed_difference: MoneyIn | None = None


class MoveBody(Input):
    """Another departure for the whole booking, with a seat for each passenger; with `preview` nothing is changed.

    A dearer one is paid for at the counter (staff say `cash` when they have counted `agreed_difference`), or online: `hold`
    holds its seats, and paying for the reservation `to_pay` moves the booking. Of a cheaper one comes back what the refund
    ladder says. `waive`, for staff: the operator moves the passengers, nobody pays more, and all that is cheaper comes back.
    """

    schedule_id: UUID
    from_position: Position
    to_position: Position
    seats: Annotated[list[SeatOfPassenger], Field(min_length=1, max_length=50)]
    preview: bool = False
    hold: bool = False
    cash: bool = False
    waive: bool = False
    agreed_difference: MoneyIn | None = None


class ToPay(Output):
    """Seats that are held until `expires_at`: paying this reservation carries the change out."""

    reservation_id: UUID
    expires_at: datetime
    amount: Money


class MoveOut(Output):
    """What a change comes to: the price afterwards, what was paid, what is due or comes back. `moved` says whether it was
    made; `to_pay` is there when its seats are held until the difference is paid.
    """

    moved: bool
    price: Money
    paid: Money
    due: Money
    back: Money
    to_pay: ToPay | None
