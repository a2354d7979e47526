"""How many statements the hot paths send, counted at the driver, so that they cannot creep up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core.booking.pay import begin_payment
from core.booking.reserve import reserve
from core.booking.settle import BOOKED, DUPLICATE, settle
from core.kernel.db import db
from core.kernel.money import Money
from core.payments.gateways.base import GatewayEvent
from core.payments.gateways.catalogue import stand_in
from core.proof.gateway import ProofGateway
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, BOB, Office, make_office

#: The intent, and what the gateway answered.
BEGINNING = 2
#: The message with its payment; the sale; its passengers; completed; everything that is booked.
SETTLING = 5


class Statements(list[str]):
    """The statements that reached the driver while it was counting, without BEGIN and COMMIT, which are not statements of
    ours."""

    def __str__(self) -> str:
        return "\n".join(" ".join(each.split())[:90] for each in self)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """``with counting() as sent:`` gathers what every connection of this process executes."""

    @contextmanager
    def count() -> Iterator[Statements]:
        sent = Statements()
        execute = psycopg.Cursor.execute

        def noted(self: Any, query: Any, *more: Any, **named: Any) -> Any:
            sent.append(str(query))
            return execute(self, query, *more, **named)

        with monkeypatch.context() as patch:
            patch.setattr(psycopg.Cursor, "execute", noted)
            yield sent

    return count


@pytest.fixture
def office(fresh_database: FreshDatabase) -> Iterator[Office]:
    """An office that has sold before: what is read once and remembered is remembered."""
    stand_in(fresh_database.app, ProofGateway())
    with fresh_database.app.app_context():
        place = make_office()
        reserve(place.ask(0), BOB, ACTOR)
        db.session.rollback()
        yield place
        db.session.remove()


def test_the_counter_sees_every_statement(office: Office, counting: Callable[[], Any]) -> None:
    with counting() as sent:
        db.session.connection().exec_driver_sql("SELECT 1")
        db.session.connection().connection.driver_connection.execute("SELECT 2")

    assert [str(each) for each in sent] == ["SELECT 1", "SELECT 2"]


@pytest.mark.parametrize("seats", [(1,), (1, 2, 3, 4, 5, 6)])
def test_a_hold_is_one_statement_however_many_seats(
    office: Office, counting: Callable[[], Any], seats: tuple[int, ...]
) -> None:
    with counting() as sent:
        reserve(office.ask(*seats), ALICE, ACTOR)

    assert len(sent) == 1, sent


@pytest.mark.parametrize("seats", [(1,), (1, 2, 3, 4, 5, 6)])
def test_beginning_a_payment_and_booking_it(
    office: Office, counting: Callable[[], Any], seats: tuple[int, ...], fresh_database: FreshDatabase
) -> None:
    held = reserve(office.ask(*seats), ALICE, ACTOR)

    with counting() as beginning:
        started = begin_payment(held.reservation_id, ALICE, ACTOR, "card")
    event = GatewayEvent(
        str(uuid4()), "payment.completed", started.payment_id, "ref", Money(held.quote.total, "EUR")
    )
    with counting() as settling:
        assert settle("proof", event) == BOOKED
    with counting() as again:
        assert settle("proof", event) == DUPLICATE

    assert len(beginning) <= BEGINNING, str(beginning)
    assert len(settling) <= SETTLING, str(settling)
    assert len(again) == 1, str(again)
