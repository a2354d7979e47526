"""What screens, mails and the API show of reservations and bookings: plain, frozen, complete."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.kernel.money import Money
from core.pricing.rules import Quote
from core.tickets.rules import grouped_reference


@dataclass(frozen=True, slots=True)
class Journey:
    """The stretch of a schedule that somebody travels. Times are UTC; the zones are the places' own."""

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

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class PassengerView:
    """One passenger; `ticket_id` and `ticket_status` once there is a ticket."""

    id: UUID
    place: int
    type: str
    full_name: str | None
    seat_id: UUID | None
    seat_number: str | None
    amount: int
    ticket_id: UUID | None = None
    ticket_number: str | None = None
    ticket_status: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One attempt to pay."""

    id: UUID
    method: str
    gateway: str
    status: str
    amount: int
    currency: str
    pay_url: str | None
    failure: str | None
    created_at: datetime
    settled_at: datetime | None
    split_id: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        values = {name: _plain(getattr(self, name)) for name in self.__slots__}
        values["amount"] = Money(self.amount, self.currency).as_json()
        del values["currency"]
        return values


@dataclass(frozen=True, slots=True)
class ReservationView:
    """A reservation as it stands. `status` is derived: an active one past its time is expired."""

    id: UUID
    status: str
    channel: str
    holder_kind: str
    holder_id: str
    holder_label: str
    created_at: datetime
    expires_at: datetime
    seconds_left: int
    extensions: int
    extensions_left: int
    journey: Journey
    passengers: tuple[PassengerView, ...]
    quote: Quote
    contact_email: str | None
    contact_phone: str | None
    language: str
    refund_ladder: tuple[dict[str, Any], ...]
    payments: tuple[PaymentView, ...]
    booking_id: UUID | None
    booking_reference: str | None
    basket_id: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape of the API: what its holder and staff may see."""
        return {
            "id": str(self.id),
            "status": self.status,
            "channel": self.channel,
            "created_at": self.created_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "seconds_left": self.seconds_left,
            "extensions_left": self.extensions_left,
            "journey": self.journey.as_json(),
            "passengers": [passenger.as_json() for passenger in self.passengers],
            "quote": self.quote.as_json(),
            "contact_email": self.contact_email,
            "contact_phone": self.contact_phone,
            "payments": [payment.as_json() for payment in self.payments],
            "booking_id": str(self.booking_id) if self.booking_id else None,
            "booking_reference": self.booking_reference,
            "basket_id": str(self.basket_id) if self.basket_id else None,
        }


@dataclass(frozen=True, slots=True)
class BasketView:
    """Reservations that were held together; never empty. They are active, confirmed or given up all at once."""

    id: UUID
    reservations: tuple[ReservationView, ...]

    @property
    def status(self) -> str:
        """The word of its reservations; that of the one that is worst off, should staff have meddled with one."""
        found = {reservation.status for reservation in self.reservations}
        return next(word for word in ("cancelled", "expired", "active", "confirmed") if word in found)

    @property
    def expires_at(self) -> datetime:
        """When the holds end, all at once."""
        return min(reservation.expires_at for reservation in self.reservations)

    @property
    def total(self) -> Money:
        """What all of it costs; baskets are of one currency."""
        quotes = [reservation.quote for reservation in self.reservations]
        return Money(sum(quote.total for quote in quotes), quotes[0].currency)


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking with the reservation that it was made from."""

    id: UUID
    reference: str
    status: str
    confirmed_at: datetime
    total: Money
    reservation: ReservationView

    @property
    def spoken_reference(self) -> str:
        """In groups that one can read out."""
        return grouped_reference(self.reference)

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        inner = self.reservation
        return {
            "id": str(self.id),
            "reference": self.reference,
            "status": self.status,
            "confirmed_at": self.confirmed_at.isoformat(),
            "total": self.total.as_json(),
            "reservation_id": str(inner.id),
            "channel": inner.channel,
            "journey": inner.journey.as_json(),
            "passengers": [passenger.as_json() for passenger in inner.passengers],
            "quote": inner.quote.as_json(),
            "contact_email": inner.contact_email,
            "contact_phone": inner.contact_phone,
            "payments": [payment.as_json() for payment in inner.payments],
        }


@dataclass(frozen=True, slots=True)
class ActiveReservation:
    """One line of the live list."""

    id: UUID
    schedule_id: UUID
    departure_at: datetime
    timezone: str
    origin: str
    destination: str
    operator_name: str
    seats: tuple[str, ...]
    holder_label: str
    channel: str
    total: Money
    created_at: datetime
    expires_at: datetime
    seconds_left: int
    paying: bool
    from_position: int
    to_position: int

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Money):
        return value.as_json()
    return list(value) if isinstance(value, tuple) else value
