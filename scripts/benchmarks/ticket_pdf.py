"""A ticket as PDF, warm, beside a page of one line made by the same engine in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.kernel.ids import new_id
from core.kernel.money import Money
from core.pricing.rules import Quote, QuoteLine
from core.tickets.facts import TicketFacts
from core.tickets.issue import code_facts
from core.tickets.pdf import pdf_of, to_pdf
from core.tickets.qr import sign
from core.tickets.queries import OperatorContact, TicketView
from core.tickets.rules import new_number
from scripts.benchmarks.bench import Bench, Row

GOAL_MS = 50
TIMES = 40
AT_LEAST = 5
ONE_LINE = '<!doctype html><html lang="en"><title>One line</title><p>One line</p></html>'


def run(bench: Bench) -> list[Row]:
    """One line of the table: the median, without what the first page spends on reading fonts."""
    ticket = [_ticket()]
    with bench.app.app_context():
        page = _median(lambda: pdf_of(ticket), bench.seconds)
        line = _median(lambda: to_pdf(ONE_LINE), bench.seconds)
    note = f"a page of one line takes {line:.1f} ms"
    return [Row("e-ticket PDF, warm", f"{GOAL_MS} ms", f"{page:.1f} ms", GOAL_MS / page, note)]


def _median(work: Callable[[], object], seconds: int) -> float:
    """Milliseconds, after two rounds to warm up; of as many rounds as these seconds allow, at least a handful."""
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while len(taken) < AT_LEAST + 2 or (len(taken) < TIMES + 2 and time.perf_counter() < end):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken[2:])


def _ticket() -> TicketView:
    departure = datetime(2026, 11, 20, 12, 45, tzinfo=UTC)
    price = Money(4800, "RON")
    lines = (
        QuoteLine("fare", "1 adult, București Nord – Brașov", 4500, "adult", 0),
        QuoteLine("fee", "Booking fee", 300),
        QuoteLine("tax", "of which VAT 9 %", 396, included=True),
    )
    facts = TicketFacts(
        booking_id=new_id(), passenger_id=new_id(), reference="B4KX7QM2TRA9", operator_name="Transcarpatic",
        operator_code="transcarpatic", route_name="București – Sinaia – Brașov – Sighișoara", schedule_id=new_id(),
        seat_id=new_id(), seat_number="8A", from_position=0, to_position=3, origin="București Nord",
        destination="Brașov", origin_timezone="Europe/Bucharest", destination_timezone="Europe/Bucharest",
        departure_at=departure, arrival_at=departure + timedelta(minutes=160), platform="4",
        passenger_name="Ștefania Țăndărică", passenger_type="adult", price=price, quote=Quote("RON", lines, 4800),
        refund_ladder=({"hours": 24, "percent": 100, "fee": 0}, {"hours": 2, "percent": 50, "fee": 0}),
    )  # fmt: skip
    contact = OperatorContact(
        "Transcarpatic", "bus", "hello@transcarpatic.example", "+40 21 555 0100", None, "București", None
    )
    ticket_id = new_id()
    code = sign(code_facts(ticket_id, 1, facts), Ed25519PrivateKey.generate())
    return TicketView(ticket_id, new_number(), 1, "valid", departure, None, None, code, facts, contact)
