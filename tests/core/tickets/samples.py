"""Tickets as they come out of the database, made without one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.kernel.ids import new_id
from core.kernel.money import Money
from core.pricing.rules import Quote, QuoteLine
from core.tickets.facts import TicketFacts
from core.tickets.issue import code_facts
from core.tickets.qr import key_id, sign
from core.tickets.queries import OperatorContact, TicketView
from core.tickets.rules import new_number

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {key_id(KEY.public_key()): KEY.public_key()}
DEPARTURE = datetime(2026, 11, 20, 12, 45, tzinfo=UTC)
QUOTE = Quote(
    "RON",
    (
        QuoteLine("fare", "1 adult, București Nord – Brașov", 4500, "adult", 0),
        QuoteLine("seat", "Seat 8A", 500, "8A", 0),
        QuoteLine("fare", "1 child, București Nord – Brașov", 2250, "child", 1),
        QuoteLine("fee", "Booking fee", 600),
        QuoteLine("tax", "of which VAT 9 %", 648, included=True),
    ),
    7850,
)
FACTS = TicketFacts(
    booking_id=UUID(int=1),
    passenger_id=UUID(int=2),
    reference="B4KX7QM2TRA9",
    operator_name="Transcarpatic",
    operator_code="transcarpatic",
    route_name="București – Sinaia – Brașov – Sighișoara",
    schedule_id=UUID(int=3),
    seat_id=UUID(int=4),
    seat_number="8A",
    from_position=0,
    to_position=3,
    origin="București Nord",
    destination="Brașov",
    origin_timezone="Europe/Bucharest",
    destination_timezone="Europe/Bucharest",
    departure_at=DEPARTURE,
    arrival_at=DEPARTURE + timedelta(hours=2, minutes=40),
    platform="4",
    passenger_name="Ștefania Țăndărică-Müller",
    passenger_type="adult",
    price=Money(5000, "RON"),
    quote=QUOTE,
    refund_ladder=({"hours": 24, "percent": 100, "fee": 0}, {"hours": 2, "percent": 50, "fee": 0}),
)
OPERATOR = OperatorContact(
    "Transcarpatic", "bus", "hello@transcarpatic.example", "+40 21 555 0100", "https://transcarpatic.example",
    "Piața Gării de Nord 1, București", "RO12345678",
)  # fmt: skip


def a_ticket(**facts: Any) -> TicketView:
    """A valid ticket, signed with `KEY`; `facts` change what it says."""
    said = replace(FACTS, **facts)
    ticket_id = new_id()
    code = sign(code_facts(ticket_id, 1, said), KEY)
    issued = DEPARTURE - timedelta(days=2)
    return TicketView(ticket_id, new_number(), 1, "valid", issued, None, None, code, said, OPERATOR)
