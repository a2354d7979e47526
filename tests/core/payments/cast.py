"""The cast of the payment tests: an operator with one reservation to be paid, written straight into its tables."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from core.kernel.db import transaction
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments import records
from tests.support.till import clerk_at_work

PRICE = Money(5000, "RON")

_ROWS = (
    "INSERT INTO operators (id, code, name, trade, currency, timezone) "
    "VALUES (:operator, :code, 'Carpathia Bus', 'bus', 'RON', :timezone)",
    "INSERT INTO policies (id, operator_id, hold_minutes, extension_minutes, max_extensions, payment_grace_minutes, "
    "max_seats, sales_close_minutes, refund_ladder, passenger_fields) "
    "VALUES (:policy, :operator, 15, 5, 2, 3, 6, 5, '[]', '{}')",
    "INSERT INTO routes (id, operator_id, code, name) VALUES (:route, :operator, 'R1', 'Bucharest – Brașov')",
    "INSERT INTO patterns (id, route_id, fingerprint, legs) VALUES (:pattern, :route, :code, 1)",
    "INSERT INTO layouts (id, code, name, rows, columns, fixtures) VALUES (:layout, :code, 'Coach', 2, 2, '[]')",
    "INSERT INTO schedules (id, operator_id, route_id, pattern_id, layout_id, service_date, departure_at, arrival_at, "
    "currency) VALUES (:schedule, :operator, :route, :pattern, :layout, current_date, app_now() + interval '1 day', "
    "app_now() + interval '26 hours', 'RON')",
    "INSERT INTO reservations (id, schedule_id, operator_id, policy_id, from_position, to_position, seat_count, "
    "channel, holder_kind, holder_id, holder_label, expires_at, currency, total, quote) "
    "VALUES (:reservation, :schedule, :operator, :policy, 0, 1, 1, 'kiosk', 'kiosk', 'k:1', 'Kiosk 1', "
    "app_now() + interval '15 minutes', 'RON', 5000, '{}')",
)
_NAMES = ("operator", "policy", "route", "pattern", "layout", "schedule", "reservation")


@dataclass(frozen=True)
class Stage:
    """Ids of what is there."""

    operator: UUID
    route: UUID
    reservation: UUID


def set_stage(timezone: str = "Europe/Bucharest") -> Stage:
    """Write an operator with a schedule and a reservation of PRICE."""
    ids = {name: new_id() for name in _NAMES}
    with transaction() as session:
        clerk_at_work("RON")
        for statement in _ROWS:
            session.execute(text(statement), {**ids, "code": str(ids["operator"]), "timezone": timezone})
    return Stage(ids["operator"], ids["route"], ids["reservation"])


def begin(stage: Stage, gateway: str = "simulated", amount: Money = PRICE) -> UUID:
    """A payment that waits for its money."""
    method = "cash" if gateway == "cash" else "card"
    with transaction():
        return records.create_payment(stage.reservation, stage.operator, gateway, method, amount)


def pay(
    stage: Stage, gateway: str = "simulated", amount: Money = PRICE, reference: str | None = None
) -> UUID:
    """A payment that has been completed."""
    payment = begin(stage, gateway, amount)
    with transaction():
        assert records.complete(payment, reference or f"ref-{payment}")
    return payment
