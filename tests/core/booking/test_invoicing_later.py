"""Papers of what happens after the sale: a difference that is paid has an invoice of its own, whatever goes back out of the sale a
credit note, and together they are what is kept.
"""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from core.booking.cancellation import cancel_booking
from core.booking.cancellation_goodwill import refund_payment
from core.booking.change import Wish, change_passengers
from core.booking.difference import Buyer, hold_seats
from core.booking.disruption import Plan, disrupt
from core.booking.disruption_choice import Wish as Choice
from core.booking.disruption_choice import choose
from core.booking.disruption_queries import cases_of
from core.booking.disruption_run import run_disruption
from core.booking.invoice_models import Invoice
from core.booking.invoicing import issue_credit_note, issue_invoice
from core.booking.move import Destination, move_booking
from core.booking.queries import booking_view
from core.booking.reserve import reserve
from core.booking.settle import settle
from core.booking.views import BookingView
from core.jobs.deliver import deliver
from core.kernel import outbox
from core.kernel.db import db, transaction
from core.kernel.money import Money
from core.payments import records
from core.payments.gateways.base import GatewayEvent
from core.payments.models import Refund
from core.pricing.service import set_seat_charge
from core.till.hand_out import hand_out
from tests.support.factories import ACTOR, ALICE, CLERK, Office, another_departure, make_office
from tests.support.sales import sell

pytestmark = pytest.mark.usefixtures("everything_holds")

PAPERS = ("booking.confirmed", "invoice.due", "refund.processed", "credit.due")


@pytest.fixture
def office(db_session: object) -> Office:
    """Where a window costs 3.00 more, and departures are far enough away for the full price to come back."""
    made = make_office(departs_in=timedelta(days=3))
    set_seat_charge(made.operator_id, "window", 300, CLERK)
    return made


def work() -> None:
    """The clerk hands out what is owed in cash, and the worker does what waits."""
    for refund_id in db.session.execute(select(Refund.id).where(Refund.status == "pending")).scalars().all():
        hand_out(refund_id, CLERK)
    while due := outbox.waiting(PAPERS):
        assert all(deliver(event_id) for event_id, _ in due)


def papers() -> list[tuple[str, int, int]]:
    """Of each paper its number, its total and the tax in it, in the order of issue."""
    found = db.session.execute(
        select(Invoice).order_by(Invoice.issued_at, Invoice.kind.desc(), Invoice.number)
    )
    return [(each.spoken.partition("-")[2], each.total, taxes(each)) for each in found.scalars()]


def taxes(paper: Invoice) -> int:
    return sum(line["amount"] for line in paper.facts["lines"] if line["included"])


def view(booking_id: UUID) -> BookingView:
    found = booking_view(booking_id)
    assert found is not None
    return found


def person(booking_id: UUID) -> UUID:
    return view(booking_id).reservation.passengers[0].id


def price(booking_id: UUID) -> tuple[int, int]:
    """What the booking came to, and the tax in it."""
    quote = view(booking_id).reservation.quote
    return quote.total, sum(line.amount for line in quote.lines if line.included)


def seat(office: Office, booking_id: UUID, index: int, *, cash: bool = False) -> None:
    change_passengers(booking_id, {person(booking_id): Wish(office.seats[index])}, CLERK, cash=cash)


def fare(amount: int) -> None:
    with transaction() as session:
        session.execute(text("UPDATE tariffs SET base = :amount, per_km = 0"), {"amount": amount})


def move(office: Office, booking_id: UUID, *, cash: bool = False) -> None:
    there = Destination(another_departure(office), 0, 5, {person(booking_id): office.seats[1]})
    move_booking(booking_id, there, CLERK, cash=cash)


def paid_by_card(reservation_id: UUID, operator_id: UUID, amount: Money) -> str:
    with transaction():
        payment_id = records.create_payment(reservation_id, operator_id, "simulated", "card", amount)
    event = GatewayEvent(f"evt-{uuid4()}", "payment.completed", payment_id, f"ref-{payment_id}", amount)
    return settle("simulated", event)


def a_dearer_seat(office: Office, booking_id: UUID) -> None:
    seat(office, booking_id, 0, cash=True)


def a_dearer_seat_online(office: Office, booking_id: UUID) -> None:
    wanted = {person(booking_id): office.seats[0]}
    held = hold_seats(booking_id, wanted, Buyer(ALICE, ACTOR, "web"))
    assert paid_by_card(held.reservation_id, office.operator_id, held.due) == "booked"


def a_dearer_departure(office: Office, booking_id: UUID) -> None:
    fare(2800)
    move(office, booking_id, cash=True)


@pytest.mark.parametrize("change", [a_dearer_seat, a_dearer_seat_online, a_dearer_departure])
def test_a_difference_that_is_paid_has_an_invoice_of_its_own(
    office: Office, change: Callable[[Office, UUID], None]
) -> None:
    booking_id = sell(1, office=office, email=None)
    work()
    change(office, booking_id)
    work()

    assert papers() == [("000001", 2600, 147), ("000002", 300, 17)]
    assert price(booking_id) == (2900, 164)


def test_a_change_before_the_first_invoice_is_in_it(office: Office) -> None:
    booking_id = sell(1, office=office, email=None)
    a_dearer_seat(office, booking_id)
    work()

    assert papers() == [("000001", 2900, 164)]


def test_the_same_job_again_issues_nothing_more(office: Office) -> None:
    booking_id = sell(1, office=office, email=None)
    work()
    a_dearer_seat(office, booking_id)

    assert issue_invoice(booking_id) == issue_invoice(booking_id)
    assert [total for _, total, _ in papers()] == [2600, 300]


def a_cheaper_seat(office: Office, booking_id: UUID) -> None:
    seat(office, booking_id, 2)


def a_cheaper_departure(office: Office, booking_id: UUID) -> None:
    fare(2200)
    set_seat_charge(office.operator_id, "window", 0, CLERK)
    move(office, booking_id)


def goodwill(_office: Office, booking_id: UUID) -> None:
    first = min(view(booking_id).reservation.payments, key=lambda each: each.created_at)
    refund_payment(first.id, Money(300, "EUR"), "The heating was off.", CLERK)


def a_cancellation(_office: Office, booking_id: UUID) -> None:
    cancel_booking(booking_id, ACTOR)


def a_run_called_off(office: Office, booking_id: UUID) -> None:
    disruption_id = disrupt(office.schedule_id, Plan("cancelled"), "Snow on the pass", CLERK)
    run_disruption(0, {"disruption_id": str(disruption_id)})
    (case,) = cases_of(disruption_id)
    choose(case.id, Choice("refund"), ACTOR)


@pytest.mark.parametrize(
    ("change", "back", "tax"),
    [
        (a_cheaper_seat, 300, 17),
        (a_cheaper_departure, 600, 34),
        (goodwill, 300, 17),
        (a_cancellation, 2900, 164),
        (a_run_called_off, 2900, 164),
    ],
)
def test_whatever_goes_back_out_of_the_sale_has_a_credit_note(
    office: Office, change: Callable[[Office, UUID], None], back: int, tax: int
) -> None:
    booking_id = sell(0, office=office, email=None)
    change(office, booking_id)
    work()

    assert papers() == [("000001", 2900, 164), ("000001", -back, -tax)]


def test_in_the_end_the_papers_of_all_that_went_back_come_to_nothing(office: Office) -> None:
    booking_id = sell(1, office=office, email=None)
    work()
    a_dearer_seat(office, booking_id)
    goodwill(office, booking_id)
    work()
    cancel_booking(booking_id, ACTOR)
    work()

    assert [total for _, total, _ in papers()] == [2600, 300, -300, -300, -2300]
    assert sum(tax for _, _, tax in papers()) == 0


def test_a_credit_note_names_every_invoice_of_its_booking(office: Office) -> None:
    booking_id = sell(1, office=office, email=None)
    work()
    a_dearer_seat(office, booking_id)
    work()
    cancel_booking(booking_id, ACTOR)
    work()

    found = list(db.session.execute(select(Invoice).order_by(Invoice.number)).scalars())
    of = ", ".join(each.spoken for each in found if each.kind == "invoice")
    assert {each.facts["of"] for each in found if each.kind == "credit"} == {of}


def test_a_note_counts_also_while_the_job_that_wrote_it_is_not_done(office: Office) -> None:
    booking_id = sell(1, office=office, email=None)
    work()
    goodwill(office, booking_id)
    (refund_id,) = db.session.execute(select(Refund.id)).scalars()
    hand_out(refund_id, CLERK)

    assert issue_credit_note(refund_id)
    assert outbox.waiting(("refund.processed",))


def test_money_that_bought_nothing_has_no_paper(office: Office) -> None:
    held = reserve(office.ask(3), ALICE, ACTOR)
    assert paid_by_card(held.reservation_id, office.operator_id, Money(1, "EUR")) == "refund_due"
    (refund,) = db.session.execute(select(Refund)).scalars()
    with transaction() as session:
        session.execute(text("UPDATE refunds SET status = 'processed', settled_at = app_now()"))

    assert issue_credit_note(refund.id) is None
    assert papers() == []
    with transaction() as session:
        session.execute(text("UPDATE refunds SET status = 'pending', settled_at = NULL"))


def test_what_was_paid_and_went_back_before_there_were_such_papers_gets_them(office: Office) -> None:
    booking_id = sell(1, office=office, email=None)
    work()
    a_dearer_seat(office, booking_id)
    goodwill(office, booking_id)
    for refund_id in db.session.execute(select(Refund.id)).scalars().all():
        hand_out(refund_id, CLERK)
    with transaction() as session:
        session.execute(text("DELETE FROM outbox"))
        step = import_module("core.migrations.versions.0032_more_invoices")
        session.execute(text(step._OWED_AN_INVOICE))
        session.execute(text(step._OWED_A_CREDIT_NOTE))
    work()

    assert [total for _, total, _ in papers()] == [2600, 300, -300]
