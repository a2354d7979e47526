"""Every endpoint x every role, against one table that says who may come in at all.

What somebody may come in for but not see is 404 (see the tests of each resource); here only the door is tried.
"""

from uuid import uuid4

import pytest

from core.api.endpoints import ENDPOINTS
from core.api.routes import PREFIX, load

EVERYONE = ("guest", "customer", "agent", "gate", "manager", "admin", "kiosk", "partner")
USERS = ("customer", "agent", "gate", "manager", "admin")

#: Endpoint -> who gets past the door.
TABLE = {
    "activity_logs.index": ("admin",),
    "admin.active_reservations_list": ("agent", "manager", "admin"),
    "admin.release": ("manager", "admin"),
    "baskets.cancel": EVERYONE,
    "baskets.create": EVERYONE,
    "baskets.extend": EVERYONE,
    "baskets.pay": EVERYONE,
    "baskets.show": EVERYONE,
    "blocks.block": ("manager", "admin"),
    "blocks.index": ("manager", "admin"),
    "blocks.lift": ("manager", "admin"),
    "bookings.by_reference": EVERYONE,
    "bookings.create": EVERYONE,
    "bookings.details": EVERYONE,
    "bookings.history": EVERYONE,
    "bookings.of_user": USERS,
    "bookings.show": EVERYONE,
    "cancellations.cancel": EVERYONE,
    "cancellations.cancel_whole": EVERYONE,
    "cancellations.details": EVERYONE,
    "cancellations.show": EVERYONE,
    "changes.change": EVERYONE,
    "changes.move": EVERYONE,
    "changes.seats": EVERYONE,
    "disruptions.cases": ("manager", "admin"),
    "disruptions.choices": ("manager", "admin"),
    "disruptions.choose_own": EVERYONE,
    "disruptions.create": ("manager", "admin"),
    "disruptions.own": EVERYONE,
    "disruptions.preview": ("manager", "admin"),
    "disruptions.show": ("manager", "admin"),
    "health.details": EVERYONE,
    "health.plain": EVERYONE,
    # These ask for the token of a kiosk's agent, which none of these has: see test_kiosk_agents.
    "kiosk_agents.record_events": EVERYONE,
    "kiosk_agents.start": EVERYONE,
    "kiosk_agents.take_commands": EVERYONE,
    "payments.hand_out_cash": ("agent", "manager", "admin"),
    "payments.initiate": EVERYONE,
    "payments.refund": ("manager", "admin"),
    "payments.refund_named": ("manager", "admin"),
    "payments.show": EVERYONE,
    "payments.webhook": EVERYONE,
    "places.index": EVERYONE,
    "places.show": EVERYONE,
    "reservations.active": EVERYONE,
    "reservations.active_of_schedule": EVERYONE,
    "reservations.cancel": EVERYONE,
    "reservations.change": EVERYONE,
    "reservations.create": EVERYONE,
    "reservations.details": EVERYONE,
    "reservations.extend": EVERYONE,
    "reservations.show": EVERYONE,
    "routes.index": EVERYONE,
    "routes.show": EVERYONE,
    "schedules.best": EVERYONE,
    "schedules.check_availability": EVERYONE,
    "schedules.details": EVERYONE,
    "schedules.generate_seats": ("manager", "admin"),
    "schedules.index": EVERYONE,
    "schedules.search": EVERYONE,
    "schedules.seats": EVERYONE,
    "schedules.show": EVERYONE,
    "shifts.approve": ("manager", "admin"),
    "shifts.close": ("agent", "manager", "admin"),
    "shifts.create": ("agent", "manager", "admin"),
    "shifts.index": ("agent", "manager", "admin"),
    "shifts.move": ("agent", "manager", "admin"),
    "shifts.report": ("agent", "manager", "admin"),
    "shifts.show": ("agent", "manager", "admin"),
    "tickets.download": EVERYONE,
    "tickets.keys": EVERYONE,
    "tickets.preview": EVERYONE,
    "tickets.show": EVERYONE,
    "waiting.join_line": EVERYONE,
    "waiting.leave_line": EVERYONE,
    "waiting.line": ("agent", "manager", "admin"),
    "waiting.show": EVERYONE,
    "users.create": ("admin",),
    "users.index": ("admin",),
    "users.login": EVERYONE,
    "users.me": USERS,
    "users.refresh": EVERYONE,
    "users.register": EVERYONE,
    "users.show": USERS,
}

load()


def test_every_endpoint_is_in_the_table():
    assert set(TABLE) == set(ENDPOINTS)


@pytest.mark.parametrize("role", EVERYONE)
def test_everyone_gets_as_far_as_the_table_says(cast, role):
    for name, declared in ENDPOINTS.items():
        answer = _knock(cast[role], declared)
        shut_out = answer.status_code in {401, 403} and answer.json["code"] in {
            "unauthenticated",
            "forbidden",
        }
        assert shut_out == (role not in TABLE[name]), (name, role, answer.status_code, answer.text[:200])


def test_a_token_that_is_not_good_opens_nothing_that_looks_at_callers(cast):
    for declared in ENDPOINTS.values():
        if declared.access != "public":
            cast.nobody.headers = {"Authorization": "Bearer nonsense"}
            assert _knock(cast.nobody, declared).status_code == 401, declared.name


def _knock(person, declared):
    path = declared.path
    for part in (
        "user",
        "place",
        "route",
        "schedule",
        "reservation",
        "payment",
        "booking",
        "ticket",
        "refund",
        "cancellation",
        "disruption",
        "case",
        "entry",
        "basket",
        "shift",
    ):
        path = path.replace(f"<uuid:{part}_id>", str(uuid4()))
    path = path.replace("<gateway_name>", "simulated").replace("<reference>", "B4KX7QM2TRA9")
    url = path if declared.bare else PREFIX + path
    body = "{}" if declared.method in {"POST", "PATCH"} and declared.body else None
    return person.client.open(
        url, method=declared.method, headers=person.headers, data=body,
        content_type="application/json" if body else None,
    )  # fmt: skip
