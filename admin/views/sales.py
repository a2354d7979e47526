"""Lists of what was sold: tickets, payments and refunds. Money and seats are read here and changed nowhere."""

from typing import Any, ClassVar

from flask import url_for
from flask_admin import expose
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from admin import access, formats
from admin.base_views import StaffList
from admin.choices import operator_choices, word_choices
from admin.listing import Column, equals, on_day, references
from core.booking.models import Booking, Reservation
from core.payments.models import Payment, Refund
from core.payments.words import Method, PaymentStatus, RefundStatus
from core.tickets.models import Ticket, TicketStatus
from core.timetable.models import PatternStop, Schedule


def boards_here(statement: Select[Any], reservation_id: Any) -> Select[Any]:
    """Keep what boards at the stations of the person who is signed in."""
    own = access.stations()
    if not own:
        return statement
    held, run, stop = aliased(Reservation), aliased(Schedule), aliased(PatternStop)
    boards = (
        select(1)
        .select_from(held)
        .join(run, run.id == held.schedule_id)
        .join(stop, (stop.pattern_id == run.pattern_id) & (stop.position == held.from_position))
        .where(held.id == reservation_id, stop.place_id.in_(own))
    )
    return statement.where(boards.exists())


class Payments(StaffList):
    """Every attempt to pay."""

    permission = "payments.read"
    lead = _l("Every attempt to pay, as agreed with the gateway. Nothing is changed here.")
    by_time = True
    search_label = _l("Gateway reference or booking")
    order = (Payment.created_at.desc(),)
    columns: ClassVar = [
        Column(
            "created_at", _l("When"), lambda p: formats.when(p.created_at), Payment.created_at, align="tight"
        ),
        Column("amount", _l("Amount"), lambda p: formats.money(p.amount, p.currency), align="r"),
        Column("method", _l("Method"), lambda p: formats.words(p.method)),
        Column("gateway", _l("Gateway"), lambda p: p.gateway),
        Column("status", _l("Status"), lambda p: formats.state(p.status)),
        Column("failure", _l("What went wrong"), lambda p: p.failure or ""),
        Column("reference", _l("Gateway reference"), lambda p: p.gateway_reference or ""),
    ]
    filters: ClassVar = [
        equals("status", _l("Status"), Payment.status, word_choices(PaymentStatus)),
        equals("method", _l("Method"), Payment.method, word_choices(Method)),
        references("operator", _l("Operator"), Payment.operator_id, operator_choices),
        on_day("day", _l("Day"), Payment.created_at),
    ]

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        return boards_here(statement, Payment.reservation_id)

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        sold = select(Booking.reservation_id).where(Booking.reference == text.upper())
        return statement.where((Payment.gateway_reference == text) | Payment.reservation_id.in_(sold))

    def row_url(self, row: Any) -> str | None:
        return url_for("payments.show", payment_id=row.reservation_id)

    @expose("/of/<payment_id>/")
    def show(self, payment_id: str) -> Any:
        """The booking that was paid, or the list when nothing came of it."""
        from admin.views.bookings import booking_of_reservation

        return booking_of_reservation(payment_id, url_for("payments.index_view"))


class Refunds(StaffList):
    """Money on its way back."""

    permission = "payments.read"
    lead = _l("Money on its way back. One that failed needs someone: the gateway has refused it.")
    by_time = True
    order = (Refund.created_at.desc(),)
    columns: ClassVar = [
        Column(
            "created_at", _l("When"), lambda r: formats.when(r.created_at), Refund.created_at, align="tight"
        ),
        Column("amount", _l("Amount"), lambda r: formats.money(r.amount, r.currency), align="r"),
        Column("status", _l("Status"), lambda r: formats.state(r.status)),
        Column("reason", _l("Reason"), lambda r: r.reason),
        Column("settled_at", _l("Settled"), lambda r: formats.when(r.settled_at)),
        Column("reference", _l("Gateway reference"), lambda r: r.gateway_reference or ""),
    ]
    filters: ClassVar = [
        equals("status", _l("Status"), Refund.status, word_choices(RefundStatus)),
        on_day("day", _l("Day"), Refund.created_at),
    ]

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        if not access.stations():
            return statement
        return boards_here(statement.join(Payment, Payment.id == Refund.payment_id), Payment.reservation_id)


def used(ticket: Any) -> str:
    """When and where a ticket was used."""
    if ticket.used_at is None:
        return "–"
    return f"{formats.when(ticket.used_at)} {ticket.used_where or ''}".strip()


class Tickets(StaffList):
    """Tickets by number."""

    permission = "tickets.read"
    by_time = True
    search_label = _l("Ticket number or booking reference")
    order = (Ticket.id.desc(),)
    columns: ClassVar = [
        Column("number", _l("Ticket"), lambda t: t.number, Ticket.number),
        Column("passenger", _l("Passenger"), lambda t: (t.facts or {}).get("passenger_name") or "–"),
        Column("seat", _l("Seat"), lambda t: (t.facts or {}).get("seat_number") or "–"),
        Column("travel", _l("Travel"), lambda t: travel(t.facts or {})),
        Column("status", _l("Status"), lambda t: formats.state(t.status)),
        Column("issued_at", _l("Issued"), lambda t: formats.when(t.issued_at)),
        Column("used", _l("Used"), used),
    ]
    filters: ClassVar = [equals("status", _l("Status"), Ticket.status, word_choices(TicketStatus))]

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        if not access.stations():
            return statement
        return boards_here(statement.join(Booking, Booking.id == Ticket.booking_id), Booking.reservation_id)

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        plain = text.upper().replace(" ", "")
        sold = select(Booking.id).where(Booking.reference == plain)
        return statement.where((Ticket.number == plain) | Ticket.booking_id.in_(sold))

    def row_url(self, row: Any) -> str | None:
        return url_for("bookings.details", booking_id=row.booking_id) if access.may("bookings.read") else None


def travel(facts: dict[str, Any]) -> str:
    """``Brașov → Sinaia`` of a ticket's frozen facts."""
    return f"{facts.get('origin', '–')} → {facts.get('destination', '–')}" if facts else "–"
