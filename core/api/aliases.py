"""Other names for the same functions, kept for clients that use them. A test walks this table."""

from dataclasses import dataclass, replace

from core.api.endpoints import ENDPOINTS, Endpoint


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name; `body_of_path` says that the path carries what the endpoint takes as body."""

    method: str
    path: str
    endpoint: str
    body_of_path: bool = False


ALIASES = (
    Alias("POST", "/seats/lock", "reservations.create"),
    Alias("PATCH", "/seats/lock/<uuid:reservation_id>/extend", "reservations.extend"),
    Alias("DELETE", "/seats/lock/<uuid:reservation_id>", "reservations.cancel"),
    Alias("GET", "/seats/lock/<uuid:schedule_id>/status", "reservations.active_of_schedule"),
    Alias("POST", "/bookings", "reservations.create"),
    Alias("POST", "/bookings/initiate", "reservations.create"),
    Alias("POST", "/bookings/<uuid:reservation_id>/confirm", "bookings.create", body_of_path=True),
    Alias("POST", "/bookings/<uuid:reservation_id>/complete", "bookings.create", body_of_path=True),
    Alias("GET", "/bookings/<uuid:booking_id>/e-ticket", "tickets.download"),
    Alias("GET", "/bookings/<uuid:booking_id>/e-ticket/preview", "tickets.preview"),
    Alias("GET", "/bookings/user/<uuid:user_id>", "bookings.of_user"),
    Alias("POST", "/payments", "payments.initiate"),
    Alias("POST", "/payments/process", "payments.initiate"),
    Alias("POST", "/payments/<uuid:payment_id>/process", "payments.show"),
)


def endpoint_of(alias: Alias) -> Endpoint:
    """The endpoint behind another name."""
    declared = ENDPOINTS[alias.endpoint]
    return replace(declared, method=alias.method, path=alias.path, body_of_path=alias.body_of_path)
