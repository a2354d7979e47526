"""Bookings: found by reference or name, and one with all that belongs to it."""

from typing import Any, ClassVar
from uuid import UUID

from flask import Response, flash, redirect, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.orm import joinedload

from admin import access, formats
from admin.base_views import StaffList
from admin.choices import operator_choices, word_choices
from admin.listing import Column, as_uuid, equals, on_day, references
from admin.views.booking_deeds import BookingDeeds, cancelling, changing
from admin.views.booking_moving import BookingMoving, movable
from admin.views.sales import boards_here
from core.booking.invoice_pdf import invoices_of
from core.booking.models import Booking, BookingStatus, Channel, Passenger, Reservation
from core.kernel.activity import ActivityEntry
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.messages.models import Message
from core.payments.models import Payment, Refund
from core.tickets.models import Ticket
from core.timetable.models import Schedule
from core.timetable.queries import schedule_facts

#: So many reservations are looked up one by one.
_FEW = 1_000


def run_starts(booking: Booking) -> str:
    """Planned departure of the run on the operator's clock."""
    run = booking.schedule
    return formats.when(run.departure_at, run.operator.timezone)


class Bookings(BookingDeeds, BookingMoving, StaffList):
    """Paid reservations, newest first."""

    permission = "bookings.read"
    by_time = True
    search_label = _l("Reference, name or e-mail")
    order = (Booking.confirmed_at.desc(),)
    columns: ClassVar = [
        Column("reference", _l("Reference"), lambda b: b.reference, Booking.reference),
        Column("confirmed_at", _l("Sold"), lambda b: formats.when(b.confirmed_at), Booking.confirmed_at),
        Column("route", _l("Route"), lambda b: b.schedule.route.name),
        Column("departure", _l("Run starts"), run_starts),
        Column("seats", _l("Seats"), lambda b: b.reservation.seat_count, align="r"),
        Column("channel", _l("From"), lambda b: formats.words(b.reservation.channel)),
        Column("total", _l("Total"), lambda b: formats.money(b.total, b.currency), align="r"),
        Column("status", _l("Status"), lambda b: formats.state(b.status)),
    ]
    filters: ClassVar = [
        equals("status", _l("Status"), Booking.status, word_choices(BookingStatus)),
        references("operator", _l("Operator"), Booking.operator_id, operator_choices),
        on_day("day", _l("Sold on"), Booking.confirmed_at),
    ]

    def rows(self) -> Select[Any]:
        run = joinedload(Booking.schedule)
        whose = run.joinedload(Schedule.operator)
        return select(Booking).options(joinedload(Booking.reservation), run.joinedload(Schedule.route), whose)

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        return boards_here(statement, Booking.reservation_id)

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        plain = text.upper().replace(" ", "").replace("-", "")
        if "@" in text:
            return among(statement, with_address(text))
        by_name = named(text)
        if by_name is None or db.session.scalar(select(Booking.id).where(Booking.reference == plain)):
            return statement.where(Booking.reference == plain)
        return among(statement, by_name)

    def row_url(self, row: Any) -> str | None:
        return url_for("bookings.details", booking_id=row.id)

    @expose("/<booking_id>/")
    def details(self, booking_id: str) -> str:
        """One booking with passengers, tickets, payments, messages and history."""
        booking = self.get_one(booking_id)
        if booking is None:
            raise NotFound(_("There is no such booking."))
        return str(self.render("admin/booking.html", booking=booking, **_all_of(booking)))


def with_address(text: str) -> Select[Any]:
    """Reservations that were made with this e-mail address."""
    same = func.lower(Reservation.contact_email) == text.lower()
    return select(Reservation.id).where(Reservation.contact_email.is_not(None), same)


def among(statement: Select[Any], reservations: Select[Any]) -> Select[Any]:
    """Keep the bookings of these reservations.

    A few are read first, by their index. Of very many the newest come up soon when the bookings themselves are
    walked in the list's order.
    """
    few = list(db.session.scalars(reservations.limit(_FEW + 1)))
    found: Any = few if len(few) <= _FEW else reservations
    return statement.where(Booking.reservation_id.in_(found))


def named(text: str) -> Select[Any] | None:
    """Reservations of the passengers whose names have all of these words, perhaps only begun; None when there is too little
    to look for.
    """
    found = "".join(char if char.isalnum() else " " for char in text).split()
    if not found or len(found[-1]) < 2:
        return None
    simple: Any = literal_column("'simple'::regconfig")  # as in the index `ix_passengers_name_words`
    query = func.to_tsquery(simple, " & ".join(f"'{word}':*" for word in found))
    words = func.to_tsvector(simple, Passenger.full_name)
    return select(Passenger.reservation_id).where(Passenger.full_name.is_not(None), words.op("@@")(query))


def booking_of_reservation(reservation_id: str, otherwise: str) -> Response:
    """Go to the booking that came of a reservation; say so when none did."""
    found = as_uuid(reservation_id)
    booking = db.session.scalar(select(Booking.id).where(Booking.reservation_id == found)) if found else None
    if booking is None:
        flash(_("No booking came of this payment."), "info")
    elif access.may("bookings.read"):
        return redirect(url_for("bookings.details", booking_id=booking))  # type: ignore[return-value]  # Flask's redirect is typed as Werkzeug's response
    return redirect(otherwise)  # type: ignore[return-value]  # Flask's redirect is typed as Werkzeug's response


def _sees_money() -> bool:
    """Managers, and the clerk who takes the cash of a booking and hands it back."""
    return access.may("payments.read") or access.may("money.cash")


def _all_of(booking: Booking) -> dict[str, Any]:
    held = booking.reservation
    facts = schedule_facts(booking.schedule_id)
    payments = _many(Payment, Payment.reservation_id == held.id, Payment.created_at)
    refunds = _many(Refund, Refund.payment_id.in_([p.id for p in payments]), Refund.created_at)
    tickets = _many(Ticket, Ticket.booking_id == booking.id, Ticket.number)
    by_passenger = {ticket.passenger_id: ticket for ticket in tickets}
    return {
        "held": held,
        "channel": Channel(held.channel).value,
        "facts": facts,
        "origin": facts.stop(held.from_position),
        "destination": facts.stop(held.to_position),
        "passengers": list(
            db.session.scalars(
                select(Passenger)
                .options(joinedload(Passenger.seat))
                .where(Passenger.reservation_id == held.id)
                .order_by(Passenger.place)
            )
        ),
        "tickets": by_passenger,
        "cancelling": cancelling(booking, by_passenger),
        "changing": changing(booking),
        "movable": movable(booking),
        "may_hand_out": access.may("bookings.cancel"),
        "cash": {payment.id for payment in payments if payment.gateway == "cash"},
        "payments": payments if _sees_money() else None,
        "refunds": refunds if _sees_money() else None,
        "invoices": invoices_of(booking.id),
        "messages": _many(Message, Message.booking_id == booking.id, Message.created_at)
        if access.may("messages.read")
        else None,
        "history": history([booking.id, held.id, *(p.id for p in payments), *(t.id for t in tickets)]),
        "may_resend": access.may("messages.resend"),
    }


def _many(model: Any, condition: Any, order: Any) -> list[Any]:
    return list(db.session.scalars(select(model).where(condition).order_by(order)))


def history(ids: list[UUID]) -> list[ActivityEntry]:
    """What was done to these things, oldest first."""
    kinds = ("booking", "reservation", "payment", "refund", "ticket")
    statement = (
        select(ActivityEntry)
        .where(ActivityEntry.subject_kind.in_(kinds), ActivityEntry.subject_id.in_([str(i) for i in ids]))
        .order_by(ActivityEntry.id)
        .limit(200)
    )
    return list(db.session.scalars(statement))
