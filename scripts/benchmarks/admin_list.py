"""The admin's lists over a million bookings and a million deeds: the whole page, as the browser gets it."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.accounts import users
from core.kernel.activity import SYSTEM
from core.kernel.db import db, transaction
from scripts.benchmarks.bench import Bench, Row
from wsgi import create_office

GOAL_MS = 150.0
ROWS = 1_000_000
_TIMES = 40
_PASSWORD = "measured and thrown away"  # noqa: S105 - of a database that is gone afterwards

_RESERVATIONS = """
WITH runs AS (SELECT array_agg(id) AS ids, count(*)::int AS many, (array_agg(operator_id))[1] AS operator FROM schedules)
INSERT INTO reservations (id, schedule_id, operator_id, policy_id, from_position, to_position, seat_count, status, channel,
  holder_kind, holder_id, holder_label, created_at, expires_at, currency, total, quote, contact_email)
SELECT gen_random_uuid(), runs.ids[1 + n % runs.many], runs.operator, (SELECT id FROM policies LIMIT 1), 0, 5, 1,
  'confirmed', 'kiosk', 'kiosk', 'b' || n, 'Kiosk 1', app_now() - n * interval '30 seconds', app_now(), 'EUR', 2500,
  '{"lines": [], "total": 2500, "currency": "EUR"}', 'traveller' || n || '@mail.example'
FROM runs, generate_series(1, :rows) n
"""
_PASSENGERS = """
INSERT INTO passengers (id, reservation_id, place, full_name, amount)
SELECT gen_random_uuid(), id, 0, (ARRAY['Ana','Ion','Maria','Andrei','Elena'])[1 + abs(hashtext(holder_id)) % 5]
  || ' Traveller' || substr(holder_id, 2), 2500
FROM reservations WHERE contact_email LIKE 'traveller%@mail.example'
"""
_BOOKINGS = """
INSERT INTO bookings (id, reservation_id, schedule_id, operator_id, reference, confirmed_at, total, currency)
SELECT gen_random_uuid(), id, schedule_id, operator_id, 'B' || lpad(substr(holder_id, 2), 11, '0'), created_at, total, currency
FROM reservations WHERE contact_email LIKE 'traveller%@mail.example'
"""
_DEEDS = """
INSERT INTO activity_log (at, actor_kind, actor_id, actor_label, action, subject_kind, subject_id, after)
SELECT app_now() - (:rows - n) * interval '10 seconds', 'kiosk', 'k' || n % 50, 'Kiosk ' || n % 50,
  (ARRAY['reservation.created','payment.completed','booking.confirmed'])[1 + n % 3], 'reservation', gen_random_uuid(),
  '{"seats": 1}'
FROM generate_series(1, :rows) n
"""

LISTS = {
    "bookings": "/admin/bookings/",
    "bookings, page 100": "/admin/bookings/?page=99",
    "bookings by reference": "/admin/bookings/?q=B00000777777",
    "bookings by name": "/admin/bookings/?q=Traveller7777",
    "bookings by a common name": "/admin/bookings/?q=Maria",
    "bookings by e-mail": "/admin/bookings/?q=traveller777%40mail.example",
    "activity log": "/admin/activity/",
    "activity log of one kiosk": "/admin/activity/?who=Kiosk+7",
    "activity log, nothing fits": "/admin/activity/?what=user.deactivated",
}


def run(bench: Bench) -> list[Row]:
    """Fill the tables, then ask for every list in turn."""
    with bench.app.app_context():
        _fill()
        users.create("measure@example.com", "Measure", _PASSWORD, SYSTEM, role="admin")
    app = create_office(bench.settings)
    app.config["RATE_LIMITS"] = False
    app.config["WTF_CSRF_ENABLED"] = False
    browser = _signed_in(app)
    return [_row(name, _measured(browser, address)) for name, address in LISTS.items()]


def _fill() -> None:
    with transaction() as session:
        for statement in (_RESERVATIONS, _PASSENGERS, _BOOKINGS, _DEEDS):
            session.execute(text("SET LOCAL statement_timeout = 0"))
            session.execute(text(statement), {"rows": ROWS} if ":rows" in statement else {})
    connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def _signed_in(app: Flask) -> FlaskClient:
    browser = app.test_client()
    answer = browser.post("/admin/sign-in", data={"email": "measure@example.com", "password": _PASSWORD})
    assert answer.status_code == 303
    return browser


def _measured(browser: FlaskClient, address: str) -> list[float]:
    browser.get(address)
    return sorted(_milliseconds(lambda: browser.get(address).status_code) for _ in range(_TIMES))


def _milliseconds(ask: Callable[[], int]) -> float:
    begun = time.perf_counter()
    assert ask() == 200
    return 1000 * (time.perf_counter() - begun)


def _row(name: str, times: list[float]) -> Row:
    p95 = times[int(0.95 * len(times)) - 1]
    note = f"p50 {times[len(times) // 2]:.0f} ms, {ROWS:,} rows"
    return Row(f"admin: {name}, p95", f"{GOAL_MS:.0f} ms", f"{p95:.0f} ms", GOAL_MS / p95, note)
