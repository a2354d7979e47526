"""Issuing tickets with a sale: numbers, codes and frozen facts."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking import confirm as confirming
from core.booking.queries import booking_view
from core.kernel.db import db, run
from core.kernel.ids import new_id
from core.tickets import issue as issuing
from core.tickets.facts import TicketFacts
from core.tickets.issue import issue
from core.tickets.keys import public_keys, published_keys
from core.tickets.qr import verify
from core.tickets.queries import ticket, ticket_by_number, tickets_of
from core.tickets.rules import new_number, plain_number, validity
from tests.core.tickets.samples import FACTS
from tests.support.factories import make_office
from tests.support.sales import sell

pytestmark = pytest.mark.usefixtures("db_session")


def test_every_passenger_gets_a_ticket_of_his_own() -> None:
    office = make_office()
    booking_id = sell(0, 1, office=office, first=1, last=4)

    tickets = tickets_of(booking_id)

    assert [each.facts.seat_number for each in tickets] == ["1A", "1B"]
    assert len({each.number for each in tickets}) == 2
    assert all(plain_number(each.number) for each in tickets)
    assert {each.status for each in tickets} == {"valid"}


def test_the_code_says_what_the_ticket_says() -> None:
    booking_id = sell(2, first=1, last=4)
    (made,) = tickets_of(booking_id)

    said = verify(made.qr, public_keys())

    assert (said.ticket_id, said.serial, said.seat) == (made.id, 1, "1C")
    assert (said.schedule_id, said.from_position, said.to_position) == (made.facts.schedule_id, 1, 4)
    begins, ends = validity(made.facts.departure_at, made.facts.arrival_at)
    assert (said.valid_from, said.valid_until) == (begins.replace(microsecond=0), ends.replace(microsecond=0))


def test_what_was_sold_is_frozen_in_the_ticket() -> None:
    booking_id = sell(0, 1)
    db.session.execute(text("UPDATE operators SET name = 'Renamed'"))
    db.session.execute(text("UPDATE routes SET name = 'Elsewhere'"))
    booking = booking_view(booking_id)
    (first, _) = tickets_of(booking_id)

    assert booking is not None
    assert first.facts.route_name == "Lisboa – Porto"
    assert first.facts.operator_name.startswith("Rede")
    assert first.facts.quote == booking.reservation.quote
    assert [step["percent"] for step in first.facts.refund_ladder] == [100, 50]
    assert first.operator.name == "Renamed"


def test_all_tickets_are_written_by_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def noted(sql: str, values: dict[str, Any]) -> Any:
        written.append(sql)
        return run(sql, values)

    for module in (issuing, confirming):
        monkeypatch.setattr(module, "run", noted)
    sell(0, 1, 2, 3)

    assert len([sql for sql in written if "INTO tickets" in sql]) == 1


def test_a_number_that_exists_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = tickets_of(sell(0))
    draws = iter([first.number, first.number, (free := new_number())])
    monkeypatch.setattr(issuing, "new_number", lambda: next(draws))

    (second,) = tickets_of(sell(0))

    assert second.number == free


def test_facts_survive_the_database_unchanged() -> None:
    assert TicketFacts.from_json(FACTS.as_json()) == FACTS


def test_tickets_are_issued_inside_a_use_case_only() -> None:
    with pytest.raises(RuntimeError):
        issue([FACTS])


def test_tickets_are_found_by_id_and_number() -> None:
    (made,) = tickets_of(sell(0))

    assert ticket(made.id) == ticket_by_number(made.number) == made
    assert tickets_of(new_id()) == []


def test_the_published_key_is_the_one_that_signs() -> None:
    (made,) = tickets_of(sell(0))
    (key,) = published_keys()

    assert key["algorithm"] == "Ed25519"
    assert bytes.fromhex(key["key_id"]) in public_keys()
    assert isinstance(verify(made.qr, public_keys()).ticket_id, UUID)
