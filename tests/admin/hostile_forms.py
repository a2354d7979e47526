"""Every form and deed of the admin where somebody types: where it is sent, what would do, and which fields take text."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from uuid import UUID

from sqlalchemy import text

from core.accounts import kiosks
from core.accounts.models import Kiosk
from core.booking.reserve import reserve
from core.booking.swap import preview_swap
from core.kernel.activity import SYSTEM
from core.kernel.clock import now
from core.kernel.db import db, transaction
from core.kernel.ids import new_id
from core.payments import records, vouchers
from core.payments.gateways.base import GatewayEvent
from core.timetable.models import Place
from tests.support.factories import ACTOR, ALICE, CLERK, Office, another_departure
from tests.support.factories import new_vehicle as vehicle_with
from tests.support.sales import sell
from tests.support.till import CLERK_ID, open_till

_NUMBERS = count(1)
Form = dict[str, str]


@dataclass(frozen=True)
class Typed:
    """A form. `lines`: text that is kept, by field the SQL that gives it back; `others`: fields that are read as something else.

    `free`: the field of `lines` that takes nearly anything. `shows`: the page that shows it.
    """

    address: str
    good: Callable[[], Form]
    lines: dict[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    free: str | None = None
    shows: str | None = None
    #: Whether `good` makes something that the form is about.
    makes: bool = False


def _n() -> str:
    return str(next(_NUMBERS))


def _column(table: str, column: str) -> str:
    return f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"


def _columns(table: str, *names: str) -> dict[str, str]:
    return {name: _column(table, name) for name in names}


_REASON = {"reason": "SELECT reason FROM activity_log WHERE reason IS NOT NULL"}

_OPERATOR = ("name", "code", "currency", "timezone", "language", "reference_prefix", "email", "phone", "url", "tax_number", "address")  # fmt: skip
_PLACE = ("name", "code", "timezone", "city", "country", "languages")
_RULE_NUMBERS = ("hold_minutes", "extension_minutes", "max_extensions", "payment_grace_minutes", "max_seats",
                 "sales_close_minutes", "check_in_opens_hours", "check_in_closes_hours", "reminder_hours", "offer_minutes",
                 "choice_hours", "choice_default", "no_show", "sms", "refund_ladder-0-hours", "refund_ladder-0-percent",
                 "refund_ladder-0-fee")  # fmt: skip


def _good_operator() -> Form:
    return {"name": "Nova", "code": f"n{_n()}", "trade": "bus", "currency": "EUR", "timezone": "Europe/Lisbon", "language": "en",
            "reference_prefix": "N"}  # fmt: skip


def _good_place() -> Form:
    return {"name": "Gara", "code": f"g{_n()}", "kind": "station", "timezone": "Europe/Lisbon"}


def new_operator(office: Office) -> Typed:
    lines = _columns("operators", *_OPERATOR)
    return Typed("/admin/operators/new/", _good_operator, lines, ("trade",), "name", "/admin/operators/")


def changed_operator(office: Office) -> Typed:
    def good() -> Form:
        return {**_good_operator(), "active": "y", "webhook_key": "1"}

    address = f"/admin/operators/edit/?id={office.operator_id}"
    lines = _columns("operators", *_OPERATOR, "webhook_url")
    return Typed(address, good, lines, ("webhook_key",), "address", address)


def rules(office: Office) -> Typed:
    def good() -> Form:
        return {
            "hold_minutes": "15", "extension_minutes": "5", "max_extensions": "2", "payment_grace_minutes": "3", "max_seats": "6",
            "sales_close_minutes": "5", "offer_minutes": "30", "choice_hours": "24", "choice_default": "refund", "no_show": "known",
            "sms": "instead",
            "kiosk": "type", "web": "full_name", "counter": "full_name", "api": "full_name", "refund_ladder-0-hours": "24",
            "refund_ladder-0-percent": "100", "refund_ladder-0-fee": "0",
        }  # fmt: skip

    address = f"/admin/operators/{office.operator_id}/rules"
    names = {
        name: f"SELECT (SELECT string_agg(x, ' ') FROM jsonb_array_elements_text(passenger_fields->'{name}') x) FROM policies"
        for name in ("kiosk", "web", "counter", "api")
    }
    return Typed(address, good, names, _RULE_NUMBERS, "web", address)


def new_place(office: Office) -> Typed:
    lines = _columns("places", *_PLACE)
    others = ("kind", "latitude", "longitude")
    return Typed("/admin/places/new/", _good_place, lines, others, "name", "/admin/places/")


def changed_place(office: Office) -> Typed:
    def good() -> Form:
        return {**_good_place(), "active": "y"}

    address = f"/admin/places/edit/?id={office.places[0]}"
    return Typed(address, good, _columns("places", *_PLACE), ("latitude", "longitude"), "city", address)


def new_route(office: Office) -> Typed:
    def good() -> Form:
        return {"operator": str(office.operator_id), "code": f"r{_n()}", "name": "Lisboa – Faro"}

    lines = _columns("routes", "name", "code", "color")
    return Typed("/admin/routes/new/", good, lines, ("operator", "distance_m"), "name", "/admin/routes/")


def changed_route(office: Office) -> Typed:
    address = f"/admin/routes/edit/?id={office.route_id}"
    lines = _columns("routes", "name", "code", "color")
    return Typed(address, lambda: {"code": "1", "name": "Line", "active": "y"}, lines, ("distance_m",), "name", address)  # fmt: skip


def new_vehicle(office: Office) -> Typed:
    def good() -> Form:
        return {"operator": str(office.operator_id), "number": f"v{_n()}", "layout": str(office.layout_id), "standard": "deluxe"}  # fmt: skip

    lines = {**_columns("vehicles", "number", "maker"), "amenities": "SELECT array_to_string(ARRAY(SELECT jsonb_array_elements_text(amenities)), ', ') FROM vehicles"}  # fmt: skip
    return Typed("/admin/vehicles/new/", good, lines, ("operator", "layout", "standard"), "maker")  # fmt: skip


def changed_vehicle(office: Office) -> Typed:
    def good() -> Form:
        return {"number": "PT", "layout": str(office.layout_id), "standard": "standard", "active": "y"}

    address = f"/admin/vehicles/edit/?id={office.vehicle_id}"
    lines = {**_columns("vehicles", "number", "maker"), "amenities": "SELECT array_to_string(ARRAY(SELECT jsonb_array_elements_text(amenities)), ', ') FROM vehicles"}  # fmt: skip
    return Typed(address, good, lines, ("layout", "standard"), "maker", address)


def layout(office: Office) -> Typed:
    address = f"/admin/layouts/edit/?id={office.layout_id}"
    lines = _columns("layouts", "name")
    return Typed(address, lambda: {"name": "Coach", "active": "y"}, lines, (), "name", address)


def new_person(office: Office) -> Typed:
    def good() -> Form:
        return {
            "name": "Rui",
            "email": f"rui{_n()}@example.org",
            "role": "agent",
            "password": "a long enough word",
        }

    lines = _columns("users", "name", "email", "phone")
    return Typed("/admin/people/new/", good, lines, ("role", "password", "stations"), "name", "/admin/people/")  # fmt: skip


def changed_person(office: Office) -> Typed:
    def good() -> Form:
        return {"name": "Clerk", "email": "clerk@station.example", "role": "agent", "active": "y"}

    address = f"/admin/people/edit/?id={CLERK_ID}"
    lines = _columns("users", "name", "email", "phone")
    return Typed(address, good, lines, ("role", "password", "stations"), "name", address)


def new_schedule(office: Office) -> Typed:
    first = (now() + timedelta(days=5)).replace(second=0, microsecond=0, tzinfo=None)

    def good() -> Form:
        moment = first + timedelta(minutes=int(_n()))
        return {"departure_at": moment.strftime("%Y-%m-%dT%H:%M"), "vehicle_id": str(office.vehicle_id)}

    lines = _columns("schedules", "number", "platform")
    others = ("departure_at", "vehicle_id", "layout_id")
    address = f"/admin/schedules/new/?like={office.schedule_id}"
    return Typed(address, good, lines, others, "platform", "/admin/schedules/")


def changed_schedule(office: Office) -> Typed:
    moment = office.departure_at.replace(tzinfo=None).strftime("%Y-%m-%dT%H:%M")

    def good() -> Form:
        return {"departure_at": moment, "vehicle_id": str(office.vehicle_id), "platform": "4"}

    address = f"/admin/schedules/edit/?id={office.schedule_id}"
    others = ("departure_at", "estimated_departure_at", "vehicle_id")
    return Typed(address, good, _columns("schedules", "number", "platform"), others, "platform", address)


def run_status(office: Office) -> Typed:
    return Typed(f"/admin/schedules/{office.schedule_id}/status", dict, {}, ("status",))


def block(office: Office) -> Typed:
    seats = ",".join(str(seat) for seat in office.seats[:2])

    def good() -> Form:
        return {"deed": "block", "seats": seats, "first": "0", "last": "5", "reason": "Broken"}

    address = f"/admin/schedules/{office.schedule_id}/block"
    return Typed(
        address, good, _REASON, ("deed", "seats", "first", "last", "until"), "reason", "/admin/activity/"
    )


def another_vehicle(office: Office) -> Typed:
    """Two vehicles with one layout, sent in turns."""
    with transaction():
        there = [str(vehicle_with(office, office.layout_id)) for _ in range(2)]

    def good() -> Form:
        runs = str(db.session.scalar(text("SELECT vehicle_id FROM schedules ORDER BY id LIMIT 1")))
        other = next(each for each in there if each != runs)
        shown = preview_swap(office.schedule_id, UUID(other))
        return {"vehicle": other, "agreed": shown.fingerprint, "reason": "Broken down"}

    address = f"/admin/schedules/{office.schedule_id}/vehicle"
    return Typed(address, good, _REASON, ("vehicle", "agreed", "leave", "worse"), "reason", "/admin/activity/")  # fmt: skip


def call_off(office: Office) -> Typed:
    def good() -> Form:
        return {"schedule": str(office.schedule_id), "kind": "delayed", "delay_minutes": _n(), "reason": "Snow"}  # fmt: skip

    lines = _columns("disruptions", "reason")
    others = ("kind", "delay_minutes", "agreed")
    return Typed("/admin/disruptions/plan", good, lines, others, "reason", "/admin/disruptions/")


def tariff(office: Office) -> Typed:
    names = ("base", "per_km", "minimum", "booking_fee", "round_to", "tax_per_mille")
    return Typed(f"/admin/prices/{office.operator_id}/", lambda: dict.fromkeys(names, "1"), {}, names)


def seat_charge(office: Office) -> Typed:
    address = f"/admin/prices/{office.operator_id}/seat-charge"
    lines = {"subject": "SELECT subject FROM seat_charges"}
    page = f"/admin/prices/{office.operator_id}/"
    return Typed(address, lambda: {"subject": "legroom", "amount": "4"}, lines, ("amount",), None, page)


def passenger_fare(office: Office) -> Typed:
    address = f"/admin/prices/{office.operator_id}/passenger-fare"
    good = {"passenger_type": "child", "percent": "50"}
    return Typed(address, lambda: dict(good), {}, ("passenger_type", "percent"))


def new_fare(office: Office) -> Typed:
    codes = [db.session.get_one(Place, office.places[each]).code for each in (0, 5)]

    def good() -> Form:
        return {"route": str(office.route_id), "origin": codes[0], "destination": codes[1], "amount": _n()}

    return Typed("/admin/fares/new/", good, {}, ("route", "origin", "destination", "amount"))


def voucher(office: Office) -> Typed:
    def good() -> Form:
        return {"operator_id": str(office.operator_id), "amount": "5", "reason": "Late"}

    lines = _columns("vouchers", "reason")
    others = ("operator_id", "amount", "expires_on")
    return Typed("/admin/vouchers/new/", good, lines, others, "reason", "/admin/vouchers/")


def voucher_block(office: Office) -> Typed:
    made = vouchers.issue(office.operator_id, 500, "Late", CLERK)
    return Typed(f"/admin/vouchers/{made.voucher_id}/block", lambda: {"reason": "Lost"}, _REASON, (), "reason", "/admin/activity/")  # fmt: skip


def _kiosk(office: Office) -> UUID:
    found, code = kiosks.prepare(office.places[0], "Hall", SYSTEM)
    assert kiosks.claim(code)
    return found


def _settings() -> Form:
    return {
        "settings": "1",
        "methods": "card",
        "px_per_mm": "3",
        "distance_mm": "700",
        "help": "Ask at the desk",
    }


def kiosk_change(office: Office) -> Typed:
    found = _kiosk(office)
    lines = {"name": _column("kiosks", "name"), "help": "SELECT settings->>'help' FROM kiosks"}
    others = ("methods", "operators", "languages", "stops_on", "px_per_mm", "distance_mm")
    page = f"/admin/kiosk/{found}/"
    return Typed(f"{page}change", lambda: {"name": "Hall", **_settings()}, lines, others, "help", page)


def kiosk_message(office: Office) -> Typed:
    page = f"/admin/kiosk/{_kiosk(office)}/"
    until = (now() + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")
    lines = {
        f"text-{code}": f"SELECT orders->'message'->'texts'->>'{code}' FROM kiosks" for code in ("en", "ro")
    }
    return Typed(f"{page}message", lambda: {"until": until, "text-en": "Hello"}, lines, ("until",), "text-en", page)  # fmt: skip


def kiosk_stop(office: Office) -> Typed:
    page = f"/admin/kiosk/{_kiosk(office)}/"
    return Typed(f"{page}stop", lambda: {"reason": "Broken"}, _REASON, (), "reason", page)


def kiosk_cash(office: Office) -> Typed:
    return Typed(f"/admin/kiosk/{_kiosk(office)}/cash", dict, {}, ("locked",))


def kiosk_prepare(office: Office) -> Typed:
    place = db.session.get_one(Place, office.places[0]).code
    good = {"name": "Hall", "place": place}
    return Typed("/admin/kiosks/prepare", lambda: dict(good), _columns("kiosks", "name"), ("place",), "name", "/admin/kiosks/")  # fmt: skip


def kiosk_approve(office: Office) -> Typed:
    place = db.session.get_one(Place, office.places[0]).code

    asked_in: list[tuple[UUID, str]] = []

    def good() -> Form:
        """A device asks in when the last one was approved: only so many may wait at once."""
        if (
            not asked_in
            or db.session.get_one(Kiosk, asked_in[-1][0], populate_existing=True).status != "pending"
        ):
            asked_in.append(kiosks.start_pairing("New kiosk"))
        code = asked_in[-1][1]
        return {"code": code, "name": "Hall", "place": place, **_settings()}

    lines = {"name": _column("kiosks", "name"), "help": "SELECT settings->>'help' FROM kiosks"}
    others = ("code", "place", "px_per_mm", "distance_mm", "methods")
    return Typed("/admin/kiosks/approve", good, lines, others, "name", "/admin/kiosks/", makes=True)


def kiosk_devices(office: Office) -> Typed:
    page = f"/admin/kiosk-devices/{_kiosk(office)}/"
    return Typed(f"{page}simulate", lambda: {"device": "printer", "act": "jam"}, {}, ("device", "act", "value"))  # fmt: skip


def kiosk_scan(office: Office) -> Typed:
    return Typed(f"/admin/kiosk-devices/{_kiosk(office)}/scan", lambda: {"code": "x"}, {}, ("code",))


def release(office: Office) -> Typed:
    held = reserve(office.ask(0), ALICE, ACTOR).reservation_id
    return Typed(f"/admin/reservations/{held}/release", lambda: {"reason": "Stuck"}, _REASON, (), "reason", "/admin/activity/")  # fmt: skip


def booking_cancel(office: Office) -> Typed:
    page = f"/admin/bookings/{sell(3, office=office)}/"
    good = {"reason": "Ill", "waive": "y"}
    return Typed(f"{page}cancel", lambda: dict(good), {}, ("agreed", "passengers", "reason"))


def booking_change(office: Office) -> Typed:
    booking = sell(3, office=office)
    person = db.session.scalar(text("SELECT id FROM passengers ORDER BY id DESC LIMIT 1"))
    page = f"/admin/bookings/{booking}/"
    lines = {f"name-{person}": _column("passengers", "full_name")}
    others = (f"seat-{person}", "name-x", "seat-\x00")
    return Typed(f"{page}change", lambda: {f"name-{person}": f"Rui {_n()}"}, lines, others, f"name-{person}", page)  # fmt: skip


def booking_move(office: Office) -> Typed:
    page = f"/admin/bookings/{sell(3, office=office)}/"
    runs = [str(another_departure(office)), str(office.schedule_id)]

    def good() -> Form:
        return {"schedule_id": runs[0], "settled": "waive", "reason": "Missed it"}

    return Typed(f"{page}move", good, _REASON, ("schedule_id", "settled", "agreed"), "reason", "/admin/activity/")  # fmt: skip


def till_move(office: Office) -> Typed:
    open_till(_somebody(), "clerk")
    good = {"kind": "put_in", "amount": "5", "reason": "Change"}
    lines = {"reason": "SELECT reason FROM shift_movements"}
    page = f"/admin/till/clerk/{_somebody()}/"
    return Typed(f"{page}move", lambda: dict(good), lines, ("kind", "amount"), "reason", "/admin/activity/")


def till_open(office: Office) -> Typed:
    address = f"/admin/till/clerk/{_somebody()}/open"
    return Typed(address, lambda: {"currency": "EUR", "pieces-500": "1"}, {}, ("currency", "pieces-500", "station"))  # fmt: skip


def letter(office: Office) -> Typed:
    page = f"/admin/letters/{office.operator_id}/booking.confirmed/en"
    lines = _columns("message_templates", "subject", "body")
    return Typed(
        page, lambda: {"subject": f"Trip {_n()}", "body": "Hello"}, lines, ("booking",), "body", page
    )


def _somebody() -> UUID:
    """The person who is signed in."""
    found: UUID = db.session.execute(text("SELECT id FROM users WHERE email = 'admin-0@example.com'")).scalar_one()  # fmt: skip
    return found


def limit(office: Office) -> Typed:
    return Typed("/admin/shifts/limit", lambda: {"currency": "EUR", "amount": "5"}, {}, ("currency", "amount"))  # fmt: skip


def put_aside(office: Office) -> Typed:
    event = GatewayEvent("evt_1", "payment.completed", new_id(), "sim_1", None)
    with transaction():
        noted = records.record_event("simulated", event, "parked")
    address = f"/admin/reconciliation/messages/{noted}/put-aside"
    return Typed(address, lambda: {"reason": "I looked"}, _REASON, (), "reason", "/admin/activity/")


FORMS = (
    new_operator, changed_operator, rules, new_place, changed_place, new_route, changed_route, new_vehicle, changed_vehicle, layout,
    new_person, changed_person, new_schedule, changed_schedule, run_status, block, another_vehicle, call_off, tariff, seat_charge, passenger_fare,
    new_fare, voucher, voucher_block, kiosk_change, kiosk_message, kiosk_stop, kiosk_cash, kiosk_prepare, kiosk_approve,
    kiosk_devices, kiosk_scan, release, booking_cancel, booking_change, booking_move, till_move, till_open, limit, put_aside,
    letter,
)  # fmt: skip
#: Those with a field that takes nearly anything: the list of bad strings is dealt out to them.
FREE = (
    new_operator, changed_operator, new_place, changed_place, new_route, changed_route, new_vehicle, changed_vehicle, layout,
    new_person, changed_person, new_schedule, changed_schedule, block, voucher, kiosk_change, kiosk_message, kiosk_stop, kiosk_prepare,
    kiosk_approve, booking_change, till_move,
)  # fmt: skip
