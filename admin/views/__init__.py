"""The views of the admin, in the order of its menu."""

from typing import Any

from flask_babel import lazy_gettext as _l

from admin.views.activity import Activity
from admin.views.bookings import Bookings
from admin.views.branding import Branding
from admin.views.devices import KioskDevices
from admin.views.disruptions import Disruptions
from admin.views.kiosk import KioskPage
from admin.views.kiosks import Kiosks
from admin.views.letters import Letters
from admin.views.messages import Mailbox, Messages
from admin.views.network import Places, Routes
from admin.views.operators import Operators
from admin.views.papers import Papers
from admin.views.people import People
from admin.views.prices import Fares, Prices
from admin.views.reconciliation import Reconciliation
from admin.views.reservations import Reservations
from admin.views.revenue import Revenue
from admin.views.sales import Payments, Refunds, Tickets
from admin.views.schedules import Schedules
from admin.views.shifts import Shifts
from admin.views.till import Till
from admin.views.vehicles import Layouts, Vehicles
from admin.views.vouchers import Vouchers
from core.accounts.models import User
from core.booking.disruption_models import Disruption
from core.booking.models import Booking
from core.kernel.activity import ActivityEntry
from core.messages.models import Message
from core.payments.models import Payment, Refund, Voucher
from core.pricing.models import Fare
from core.tickets.models import Ticket
from core.till.models import Shift
from core.timetable.models import Layout, Operator, Place, Route, Schedule, Vehicle

TIMETABLE = "Timetable"
OFFICE = "Office"


def all_views() -> list[Any]:
    """New views for one application, group by group."""
    return [
        Reservations(_l("Reservations"), endpoint="reservations"),
        Bookings(Booking, _l("Bookings"), "bookings"),
        Tickets(Ticket, _l("Tickets"), "tickets"),
        Payments(Payment, _l("Payments"), "payments"),
        Refunds(Refund, _l("Refunds"), "refunds"),
        Reconciliation(_l("Reconciliation"), endpoint="reconciliation"),
        Vouchers(Voucher, _l("Vouchers"), "vouchers"),
        Till(_l("My shift"), endpoint="till"),
        Shifts(Shift, _l("Shifts"), "shifts"),
        Revenue(_l("Revenue"), endpoint="revenue"),
        Schedules(Schedule, _l("Schedules"), "schedules", TIMETABLE),
        Disruptions(Disruption, _l("Disruptions"), "disruptions", TIMETABLE),
        Routes(Route, _l("Routes"), "routes", TIMETABLE),
        Places(Place, _l("Places"), "places", TIMETABLE),
        Operators(Operator, _l("Operators"), "operators", TIMETABLE),
        Vehicles(Vehicle, _l("Vehicles"), "vehicles", TIMETABLE),
        Layouts(Layout, _l("Seat layouts"), "layouts", TIMETABLE),
        Prices(_l("Prices"), TIMETABLE, endpoint="prices"),
        Fares(Fare, _l("Fixed fares"), "fares", TIMETABLE),
        Letters(_l("Letters"), TIMETABLE, endpoint="letters"),
        Branding(_l("Branding"), TIMETABLE, endpoint="branding"),
        Papers(_l("Papers"), endpoint="papers"),
        Kiosks(_l("Kiosks"), OFFICE, endpoint="kiosks"),
        KioskPage(_l("Kiosk"), OFFICE, endpoint="kiosk_page", url="/admin/kiosk"),
        KioskDevices(_l("Devices"), OFFICE, endpoint="kiosk_devices", url="/admin/kiosk-devices"),
        Messages(Message, _l("Mail queue"), "messages", OFFICE),
        Mailbox(_l("Mailbox"), OFFICE, endpoint="mailbox"),
        People(User, _l("People"), "people", OFFICE),
        Activity(ActivityEntry, _l("Activity log"), "activity", OFFICE),
    ]
