"""Reservations, payments, bookings, tickets."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from core.api.schemas.fields import Email, Input, Line, Money, Output, Phone, Position, Query, Word, money
from core.booking.views import BookingView, ReservationView
from core.pricing.rules import Quote

Details = Annotated[dict[Annotated[str, Field(max_length=40)], Line], Field(max_length=20)]
Language = Annotated[str, Field(pattern="^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})?$", max_length=10)]


class PassengerIn(Input):
    """One passenger on one seat; `details` are what the operator's policy asks for."""

    seat_id: UUID
    type: Annotated[str, Field(min_length=1, max_length=20)] = "adult"
    full_name: Line | None = None
    details: Details = Field(default_factory=dict)


class HoldBody(Input):
    """Seats on a stretch of a schedule, all or none. Without a `language`, the tickets and mails are in the one that
    Accept-Language asks for.
    """

    schedule_id: UUID
    from_position: Position
    to_position: Position
    passengers: Annotated[list[PassengerIn], Field(min_length=1, max_length=50)]
    contact_email: Email | None = None
    contact_phone: Phone | None = None
    language: Language | None = None


class QuoteLineOut(Output):
    """One line; an `included` one says what is contained in the others."""

    kind: Literal["fare", "seat", "fee", "tax", "discount"]
    label: str
    amount: Money
    subject: str
    passenger: int | None
    included: bool


class QuoteOut(Output):
    """The itemised price, frozen when the seats were held."""

    total: Money
    lines: list[QuoteLineOut]


class HeldOut(Output):
    """Seats that are yours until `expires_at`."""

    id: UUID
    expires_at: datetime
    quote: QuoteOut


class JourneyOut(Output):
    """The stretch that is travelled. Times are UTC; the zones are the places' own."""

    schedule_id: UUID
    operator_id: UUID
    operator_name: str
    trade: str
    route_id: UUID
    route_name: str
    number: str | None
    from_position: int
    to_position: int
    origin_id: UUID
    origin: str
    origin_timezone: str
    destination_id: UUID
    destination: str
    destination_timezone: str
    departure_at: datetime
    arrival_at: datetime
    estimated_departure_at: datetime | None
    platform: str | None
    schedule_status: str


class PassengerOut(Output):
    """A passenger, with the ticket once there is one."""

    id: UUID
    place: int
    type: str
    full_name: str | None
    seat_id: UUID | None
    seat_number: str | None
    amount: Money
    ticket_id: UUID | None
    ticket_number: str | None
    ticket_status: str | None


class PaymentOut(Output):
    """One attempt to pay; parts of one price have the same `split_id`."""

    id: UUID
    method: str
    gateway: str
    status: Literal["pending", "completed", "failed", "refunded"]
    amount: Money
    pay_url: str | None
    failure: str | None
    created_at: datetime
    settled_at: datetime | None
    split_id: UUID | None


class ReservationOut(Output):
    """A reservation as it stands; one whose time is over is expired."""

    id: UUID
    status: Literal["active", "expired", "confirmed", "cancelled"]
    channel: str
    created_at: datetime
    expires_at: datetime
    seconds_left: int
    extensions_left: int
    journey: JourneyOut
    passengers: list[PassengerOut]
    quote: QuoteOut
    contact_email: str | None
    contact_phone: str | None
    payments: list[PaymentOut]
    booking_id: UUID | None
    booking_reference: str | None
    basket_id: UUID | None


class ReservationList(Output):
    """Reservations."""

    reservations: list[ReservationOut]


class OwnActive(Query):
    """The caller's running holds, of one schedule if asked."""

    schedule_id: UUID | None = None


class PassengerName(Input):
    """The name of a passenger of the reservation; empty takes it back."""

    id: UUID
    full_name: Line


class SeatingIn(Input):
    """Who sits on a seat from now on: a passenger of the reservation by `id`, or somebody new without one. What is left
    out of a passenger who stays is as it was.
    """

    seat_id: UUID
    id: UUID | None = None
    type: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    full_name: Line | None = None
    details: Details | None = None


class ChangeBody(Input):
    """What is to be different while the seats are held; what is left out stays. `seats` is everybody who travels: new
    seats are taken before the old ones are given up, and whoever is not named leaves.
    """

    seats: Annotated[list[SeatingIn], Field(min_length=1, max_length=50)] | None = None
    contact_email: Email | None = None
    contact_phone: Phone | None = None
    language: Language | None = None
    passengers: Annotated[list[PassengerName], Field(max_length=50)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        if self.seats is not None and self.model_fields_set != {"seats"}:
            raise ValueError("Please change seats and contact details one after the other.")
        return self


Way = Literal["card", "cash", "phone", "wallet", "upi", "net_banking", "voucher"]
VoucherCode = Annotated[str | None, Field(max_length=40)]


class PartIn(Input):
    """One part of a price, in minor units; without an amount it is what the voucher has, or the rest."""

    method: Way
    amount: Annotated[int | None, Field(gt=0, lt=2**53)] = None
    voucher_code: VoucherCode = None


class PaymentBody(Input):
    """How to pay for which reservation: by one `method`, or in `parts`. `behaviour` is for the simulated gateway alone."""

    reservation_id: UUID
    method: Way | None = None
    voucher_code: VoucherCode = None
    parts: Annotated[list[PartIn] | None, Field(min_length=1, max_length=4)] = None
    return_url: Annotated[str | None, Field(max_length=500)] = None
    behaviour: Annotated[str | None, Field(max_length=20, pattern="^[a-z_]+$")] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.method is None) == (self.parts is None):
            raise ValueError("Please give either a method or parts.")
        return self


class PartStartedOut(Output):
    """A part of a price: taken at once, or on its way."""

    payment_id: UUID
    method: str
    status: Literal["pending", "completed", "failed"]
    pay_url: str | None
    amount: Money


class PaymentStartedOut(Output):
    """A payment on its way; `booking_id` when all the money was at hand. Of several `parts` it is the one that is still to
    be paid, or the last.
    """

    payment_id: UUID
    status: Literal["pending", "completed", "failed"]
    pay_url: str | None
    amount: Money
    booking_id: UUID | None
    parts: list[PartStartedOut]


class Effect(Output):
    """What a gateway's message did here."""

    effect: str


class ReservationRef(Input):
    """A reservation that has been paid."""

    reservation_id: UUID


class BookingOut(Output):
    """A paid reservation."""

    id: UUID
    reference: str
    status: Literal["confirmed", "checked_in", "completed", "cancelled", "no_show"]
    confirmed_at: datetime
    total: Money
    reservation_id: UUID
    channel: str
    journey: JourneyOut
    passengers: list[PassengerOut]
    quote: QuoteOut
    contact_email: str | None
    contact_phone: str | None
    payments: list[PaymentOut]


class TicketOut(Output):
    """One passenger's right to travel. `qr` is the text of the code; `facts` are what was frozen at the sale."""

    id: UUID
    number: str
    status: Literal["valid", "used", "cancelled", "expired"]
    booking_id: UUID
    passenger_id: UUID
    issued_at: datetime
    used_at: datetime | None
    qr: str
    facts: dict[str, Any] | None


class TicketKey(Output):
    """A public key that scanners check codes with."""

    key_id: str
    algorithm: str
    public_key: str


class TicketKeys(Output):
    """The keys whose tickets count."""

    keys: list[TicketKey]


class ReleaseBody(Input):
    """Why a hold is released; kept in the activity log."""

    reason: Word


class LiveReservation(Output):
    """A running hold as staff see it."""

    id: UUID
    schedule_id: UUID
    departure_at: datetime
    timezone: str
    origin: str
    destination: str
    operator_name: str
    seats: list[str]
    holder_label: str
    channel: str
    total: Money
    created_at: datetime
    expires_at: datetime
    seconds_left: int
    paying: bool
    from_position: int
    to_position: int


class LiveReservations(Output):
    """Running holds, the next to run out first."""

    reservations: list[LiveReservation]


class LiveFilter(Query):
    """Of one operator, schedule or station."""

    operator_id: UUID | None = None
    schedule_id: UUID | None = None
    station_id: UUID | None = None


def quote_json(quote: Quote) -> dict[str, Any]:
    """A quote with its amounts as money."""
    lines = [{**line.as_json(), "amount": money(line.amount, quote.currency)} for line in quote.lines]
    return {"total": money(quote.total, quote.currency), "lines": lines}


def sale_json(view: ReservationView | BookingView) -> dict[str, Any]:
    """A reservation or booking with all amounts as money."""
    quote = view.quote if isinstance(view, ReservationView) else view.reservation.quote
    shape = view.as_json()
    shape["quote"] = quote_json(quote)
    for passenger in shape["passengers"]:
        passenger["amount"] = money(passenger["amount"], quote.currency)
    return shape
