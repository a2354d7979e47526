"""The gate lets a ticket through once, and says why it does not."""

import threading

import pytest
from flask import Flask
from sqlalchemy import text

from core.kernel.activity import Actor
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound
from core.tickets.qr import TicketForged, TicketUnreadable
from core.tickets.queries import tickets_of
from core.tickets.rules import grouped_number, new_number
from core.tickets.scan import Verdict, look, use
from tests.core.tickets.samples import a_ticket
from tests.support.clock import Clock
from tests.support.database import FreshDatabase
from tests.support.sales import sell

GATE = Actor("user", "gate", "Gate 1")


@pytest.mark.usefixtures("db_session")
class TestOneGate:
    def test_a_ticket_opens_the_gate_once(self, clock: Clock) -> None:
        (ticket,) = tickets_of(sell(0))

        first = use(ticket.qr, "Bay 4", GATE)
        clock.move(minutes=3)
        second = use(ticket.qr, "Bay 5", GATE)

        assert (first.verdict, second.verdict) == (Verdict.VALID, Verdict.USED)
        assert (second.used_at, second.used_where) == (first.used_at, "Bay 4")

    def test_a_typed_number_is_as_good_as_the_code(self) -> None:
        (ticket,) = tickets_of(sell(0))

        assert use(f" {grouped_number(ticket.number).lower()}", "Bay 4", GATE).verdict == Verdict.VALID
        assert look(ticket.qr).verdict == Verdict.USED

    def test_looking_uses_nothing(self) -> None:
        (ticket,) = tickets_of(sell(0))

        assert [look(ticket.qr).verdict for _ in range(3)] == [Verdict.VALID] * 3

    def test_a_cancelled_ticket_stays_outside(self) -> None:
        (ticket,) = tickets_of(sell(0))
        with transaction() as session:
            session.execute(text("UPDATE tickets SET status = 'cancelled'"))

        assert use(ticket.qr, "Bay 4", GATE).verdict == Verdict.CANCELLED

    def test_an_old_code_of_a_reseated_passenger_is_refused(self) -> None:
        (ticket,) = tickets_of(sell(0))
        with transaction() as session:
            session.execute(text("UPDATE tickets SET serial = 2"))

        assert use(ticket.qr, "Bay 4", GATE).verdict == Verdict.REPLACED

    @pytest.mark.parametrize(
        ("days", "verdict"), [(-2, Verdict.TOO_EARLY), (0, Verdict.VALID), (3, Verdict.EXPIRED)]
    )
    def test_a_ticket_is_for_its_day(self, clock: Clock, days: int, verdict: Verdict) -> None:
        (ticket,) = tickets_of(sell(0))
        clock.move(days=days, minutes=1)

        assert look(ticket.qr).verdict == verdict

    @pytest.mark.parametrize("shown", ["", "hello", "BH1.", "https://example.org/", "\x00", "A" * 5000])
    def test_anything_else_is_not_a_ticket(self, shown: str) -> None:
        with pytest.raises(TicketUnreadable):
            look(shown)

    def test_a_ticket_signed_elsewhere_is_forged(self) -> None:
        with pytest.raises(TicketForged):
            look(a_ticket().qr)

    def test_a_number_that_was_never_issued_is_unknown(self) -> None:
        with pytest.raises(NotFound):
            look(new_number())


def test_of_many_gates_at_once_one_opens(fresh_database: FreshDatabase) -> None:
    app = fresh_database.app
    with app.app_context():
        (ticket,) = tickets_of(sell(0))
        db.session.remove()
    verdicts: list[Verdict] = []

    gates = [threading.Thread(target=_scan, args=(app, ticket.qr, n, verdicts)) for n in range(8)]
    for gate in gates:
        gate.start()
    for gate in gates:
        gate.join()

    assert sorted(verdicts) == [Verdict.USED] * 7 + [Verdict.VALID]


def _scan(app: Flask, code: str, number: int, verdicts: list[Verdict]) -> None:
    with app.app_context():
        verdicts.append(use(code, f"Gate {number}", GATE).verdict)
