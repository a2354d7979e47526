"""Invoices: one a booking, numbers without gaps whoever races or fails, credit notes of their own, never changed."""

import threading
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from core.booking import invoicing
from core.booking.cancellation import cancel_booking
from core.booking.invoice_models import Invoice
from core.booking.invoice_pdf import invoice_pdf
from core.booking.invoicing import issue_credit_note, issue_invoice
from core.jobs.deliver import deliver
from core.kernel import outbox
from core.kernel.db import db, transaction
from core.kernel.errors import Conflict
from core.messages.compose import compose
from core.messages.handlers import booking_confirmed
from core.messages.models import Message
from core.payments.models import Refund
from core.timetable.service.operators import change_policy
from tests.support.clock import Clock
from tests.support.codes import text_of_pdf
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, CLERK, Office, make_office
from tests.support.sales import buyer, sell


def issued(kind: str = "invoice") -> list[Invoice]:
    return list(
        db.session.execute(select(Invoice).where(Invoice.kind == kind).order_by(Invoice.number)).scalars()
    )


@pytest.mark.usefixtures("db_session")
class TestOne:
    def test_it_says_what_was_sold_and_the_tax_in_it(self) -> None:
        booking_id = sell(0)
        assert issue_invoice(booking_id) == issue_invoice(booking_id)

        (invoice,) = issued()
        assert invoice.number == 1
        assert invoice.spoken == f"{invoice.year}-000001"
        assert (invoice.total, invoice.currency) == (2600, "EUR")
        lines = invoice.facts["lines"]
        assert sum(each["amount"] for each in lines if not each["included"]) == 2600
        assert [each["label"] for each in lines if each["included"]] == ["of which VAT 6 %"]
        assert (invoice.facts["origin"], invoice.facts["destination"]) == ("Lisboa", "Porto")

    def test_years_and_operators_count_for_themselves(self, clock: Clock) -> None:
        first, second = make_office(), make_office()
        for seat, office in enumerate((first, second)):
            issue_invoice(sell(seat, office=office))
        bookings = [sell(seat, office=first, holder=buyer(seat)) for seat in (2, 3)]
        issue_invoice(bookings[0])
        clock.move(days=366)
        issue_invoice(bookings[1])

        numbers = sorted((each.operator_id == first.operator_id, each.year, each.number) for each in issued())
        year = numbers[0][1]
        assert numbers == [(False, year, 1), (True, year, 1), (True, year, 2), (True, year + 1, 1)]

    def test_a_refund_has_a_credit_note_with_its_part_of_the_tax(self) -> None:
        booking_id = sell(0)
        issue_invoice(booking_id)
        cancel_booking(booking_id, ACTOR)
        refund = db.session.execute(select(Refund)).scalar_one()
        with transaction() as session:
            session.execute(text("UPDATE refunds SET status = 'processed', settled_at = app_now()"))
        assert issue_credit_note(refund.id) == issue_credit_note(refund.id)

        (note,), (invoice,) = issued("credit"), issued()
        assert note.spoken == f"C{note.year}-000001"
        assert note.total == -refund.amount
        assert note.facts["of"] == invoice.spoken
        taxed = [each["amount"] for each in invoice.facts["lines"] if each["included"]]
        credited = [each["amount"] for each in note.facts["lines"] if each["included"]]
        assert (invoice.total, refund.amount, taxed, credited) == (2600, 1300, [147], [-74])

    def test_on_paper_it_says_the_same_in_the_operators_language(self) -> None:
        office = make_office()
        with transaction() as session:
            session.execute(
                text("UPDATE operators SET language = 'de', tax_number = 'PT 123', address = 'Rua <1>'")
            )
        invoice_id = issue_invoice(sell(0, office=office))
        assert invoice_id is not None
        name, document = invoice_pdf(invoice_id)
        said = " ".join(text_of_pdf(document))

        assert name == f"invoice-{issued()[0].spoken}.pdf"
        for word in (
            "Rechnung",
            issued()[0].spoken,
            "Steuernummer PT 123",
            "Rua <1>",
            "26,00",
            "1,47",
            "Summe",
        ):
            assert word in " ".join(said.split()), word

    def test_the_confirmation_brings_it_where_the_policy_asks(self) -> None:
        office = make_office()
        booking_id = sell(0, office=office)
        issue_invoice(booking_id)
        assert len(compose("booking.confirmed", booking_id, "en").attachments) == 1
        change_policy(office.operator_id, CLERK, invoice_by_mail=True)
        files = compose("booking.confirmed", booking_id, "en").attachments
        assert [each.filename for each in files][1:] == [f"invoice-{issued()[0].spoken}.pdf"]

    def test_nothing_that_was_issued_changes(self) -> None:
        issue_invoice(sell(0))
        for deed in ("UPDATE invoices SET total = 1", "DELETE FROM invoices"):
            with pytest.raises(Exception, match="invoices_append_only"), transaction() as session:
                session.execute(text(deed))

    def test_what_stands_in_its_way_holds_up_no_ticket(
        self, monkeypatch: pytest.MonkeyPatch, clock: Clock
    ) -> None:
        booking_id = sell(0)
        with monkeypatch.context() as broken:
            broken.setattr(invoicing, "record", lambda *_, **__: 1 / 0)
            booking_confirmed(1, {"booking_id": str(booking_id)})
        assert db.session.execute(select(Message.status)).scalars().all() == ["sent"]
        assert issued() == []

        ((event_id, _),) = outbox.waiting(("invoice.due",))
        assert deliver(event_id)
        assert [each.booking_id for each in issued()] == [booking_id]

    def test_who_fails_leaves_no_gap(self, monkeypatch: pytest.MonkeyPatch) -> None:
        office = make_office()
        bookings = [sell(seat, office=office, holder=buyer(seat)) for seat in range(3)]
        issue_invoice(bookings[0])
        with monkeypatch.context() as broken:
            broken.setattr(invoicing, "record", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                issue_invoice(bookings[1])
        issue_invoice(bookings[2])
        issue_invoice(bookings[1])

        assert [each.number for each in issued()] == [1, 2, 3]


SEATS = 24


@pytest.fixture
def sold(fresh_database: FreshDatabase) -> tuple[Flask, list[UUID]]:
    """Bookings that wait for their invoices, in a database of their own."""
    with fresh_database.app.app_context():
        office: Office = make_office(rows=6)
        return fresh_database.app, [sell(seat, office=office, holder=buyer(seat)) for seat in range(SEATS)]


def race(app: Flask, bookings: list[UUID]) -> list[Exception]:
    """Eight workers, each of which wants to invoice every booking, from another end."""
    failed: list[Exception] = []
    gate = threading.Barrier(8)

    def work(place: int) -> None:
        gate.wait()
        for booking_id in bookings[place * 3 :] + bookings[: place * 3]:
            with app.app_context():
                try:
                    issue_invoice(booking_id)
                except Conflict as error:
                    failed.append(error)

    workers = [threading.Thread(target=work, args=(place,)) for place in range(8)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    return failed


def test_a_race_leaves_neither_gap_nor_double(sold: tuple[Flask, list[UUID]]) -> None:
    app, bookings = sold
    assert race(app, bookings) == []
    with app.app_context():
        assert [each.number for each in issued()] == list(range(1, SEATS + 1))


def test_without_the_lock_two_want_the_same_number(
    sold: tuple[Flask, list[UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: nothing but the lock is taken away, and the constraint has to refuse what it would have kept apart."""
    monkeypatch.setattr(invoicing, "_lock", lambda *_: None)
    app, bookings = sold
    assert race(app, bookings), "somebody was refused"
