"""Vouchers and several methods for one price: whole it is a booking, anything less goes back, and the books agree."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking import parts
from core.booking.cancellation import cancel_booking
from core.booking.errors import BadPassenger, HoldExpired, NotActive
from core.booking.pay import take_cash
from core.booking.queries import booking_of_reservation
from core.booking.reserve import reserve
from core.booking.settle import settle
from core.booking.split import SplitStarted, begin_split
from core.booking.split_rules import PartRequest
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.payments.exceptions import exceptions
from core.payments.gateways import catalogue
from core.payments.gateways.base import GatewayAnswer, GatewayEvent, GatewayUnavailable, PaymentIntent
from core.payments.refunds import process_refund
from core.payments.vouchers import VoucherTooSmall, VoucherUnknown, issue
from core.proof.invariants import broken
from core.till.hand_out import hand_out
from tests.support.clock import Clock
from tests.support.database import Sessions
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, make_office

PRICE = 2600


class Answering:
    """A gateway that begins what it is asked for, unless it is away."""

    name = "simulated"

    def __init__(self) -> None:
        self.away = False
        self.asked: list[PaymentIntent] = []

    def begin(self, intent: PaymentIntent) -> GatewayAnswer:
        if self.away:
            raise GatewayUnavailable
        self.asked.append(intent)
        return GatewayAnswer(f"ref-{intent.payment_id}", "https://pay.example/1", "pending")


@pytest.fixture
def bank(app: Any, db_session: Sessions, monkeypatch: pytest.MonkeyPatch) -> Answering:
    made = Answering()
    others = dict(catalogue._gateways())
    monkeypatch.setitem(app.extensions, catalogue._KEY, {**others, "simulated": made})
    return made


@pytest.fixture
def office(bank: Answering) -> Iterator[Office]:
    """Whatever a test does here: in the end every invariant of a sale holds."""
    yield make_office()
    assert broken(db.session.connection()) == []


def hold(office: Office, seat: int = 0, who: Any = ALICE) -> UUID:
    return reserve(office.ask(seat, contact_email="a@example.org"), who, ACTOR).reservation_id


def voucher(office: Office, worth: int) -> str:
    return issue(office.operator_id, worth, "A present", CLERK).code


def pay(reservation: UUID, *requests: PartRequest) -> SplitStarted:
    return begin_split(reservation, ALICE, CLERK, requests)


def by_voucher(code: str, amount: int | None = None) -> PartRequest:
    return PartRequest("voucher", amount, code)


CARD = PartRequest("card")


def said(started: SplitStarted, kind: str = "payment.completed", amount: int | None = None) -> str:
    """The bank tells of the card's part."""
    card = next(part for part in started.parts if part.method == "card")
    money = Money(amount or card.amount.amount, "EUR")
    return settle(
        "simulated",
        GatewayEvent(f"evt-{uuid4()}", kind, card.payment_id, f"ref-{card.payment_id}", money),
    )


def all_of(statement: str) -> list[Any]:
    db.session.rollback()
    return [tuple(row) if len(row) > 1 else row[0] for row in db.session.execute(text(statement))]


def books() -> dict[str, int]:
    found = dict(all_of("SELECT account, sum(amount)::bigint FROM ledger_entries GROUP BY 1"))
    return {account: amount for account, amount in found.items() if amount and account != "goodwill"}


def balances() -> list[int]:
    return all_of("SELECT balance FROM vouchers ORDER BY id")


def refund_all() -> None:
    """What the worker does, and for cash the clerk."""
    for refund in all_of("SELECT id FROM refunds WHERE status = 'pending'"):
        if process_refund(refund) == "pending":
            hand_out(refund, CLERK)


# -- whole ----------------------------------------------------------------------------------------------


def test_a_voucher_pays_all_of_it_at_once(office: Office) -> None:
    reservation = hold(office)
    started = pay(reservation, by_voucher(voucher(office, 10_000)))
    booking = booking_of_reservation(reservation)
    assert booking is not None
    assert started.booking_id == booking.id
    assert [(p.method, p.status, p.amount) for p in booking.reservation.payments] == [
        ("voucher", "completed", PRICE)
    ]
    assert balances() == [7400]
    assert "prepayments" not in books()
    assert books()["voucher_liability"] == -7400
    assert all_of("SELECT count(*) FROM outbox WHERE kind = 'booking.confirmed'") == [1]


def test_a_voucher_and_a_card_are_a_booking_when_the_card_has_paid(office: Office, bank: Answering) -> None:
    reservation = hold(office)
    started = pay(reservation, by_voucher(voucher(office, 1000)), CARD)
    assert [(p.method, p.status, p.amount.amount, bool(p.pay_url)) for p in started.parts] == [
        ("voucher", "completed", 1000, False),
        ("card", "pending", 1600, True),
    ]
    assert started.booking_id is None
    assert booking_of_reservation(reservation) is None
    assert bank.asked[0].amount == Money(1600, "EUR")
    assert books() == {"prepayments": -1000}
    assert said(started) == "booked"
    assert booking_of_reservation(reservation)
    assert books()["gateway_receivable"] == 1600
    assert "prepayments" not in books()
    assert all_of("SELECT count(*) FROM ledger_postings WHERE kind = 'sale'") == [1]
    assert exceptions() == []


def test_cash_and_card_are_a_booking_together(office: Office) -> None:
    reservation = hold(office)
    started = pay(reservation, PartRequest("cash", 600), CARD)
    assert said(started) == "booked"
    assert (books()["cash_drawer"], books()["gateway_receivable"]) == (600, 2000)


def test_two_vouchers_and_cash_are_all_at_hand(office: Office) -> None:
    reservation = hold(office)
    first, second = voucher(office, 1000), voucher(office, 500)
    started = pay(reservation, by_voucher(first), by_voucher(second), PartRequest("cash"))
    assert started.booking_id
    assert [part.amount.amount for part in started.parts] == [1000, 500, 1100]
    assert balances() == [0, 0]


def test_the_message_of_the_card_twice_books_once(office: Office) -> None:
    started = pay(hold(office), by_voucher(voucher(office, 1000)), CARD)
    assert (said(started), said(started)) == ("booked", "ignored")
    assert all_of("SELECT count(*) FROM bookings") == [1]


# -- not whole ------------------------------------------------------------------------------------------


def test_when_the_card_is_declined_the_voucher_is_full_again_and_can_be_used_again(office: Office) -> None:
    reservation = hold(office)
    code = voucher(office, 1000)
    started = pay(reservation, by_voucher(code), CARD)
    assert said(started, "payment.failed") == "failed"
    assert balances() == [1000]
    assert books() == {"voucher_liability": -1000}
    assert set(all_of("SELECT kind FROM outbox")) >= {"payment.late", "refund.processed"}
    again = pay(reservation, by_voucher(code), CARD)
    assert said(again) == "booked"
    assert balances() == [0]


def test_when_the_card_is_declined_the_cash_is_owed_back(office: Office) -> None:
    started = pay(hold(office), PartRequest("cash", 600), CARD)
    said(started, "payment.failed")
    assert books() == {"cash_drawer": 600, "refunds_due": -600}
    refund_all()
    assert books() == {}


def test_when_the_card_never_answers_the_voucher_comes_back_after_the_hold(
    office: Office, clock: Clock
) -> None:
    pay(hold(office), by_voucher(voucher(office, 1000)), CARD)
    assert parts.give_up_abandoned() == 0
    assert exceptions() == []
    clock.move(minutes=25)
    assert parts.give_up_abandoned() == 1
    assert parts.give_up_abandoned() == 0
    assert balances() == [1000]


def test_a_card_that_pays_after_the_voucher_went_back_goes_back_too(office: Office, clock: Clock) -> None:
    reservation = hold(office)
    started = pay(reservation, by_voucher(voucher(office, 1000)), CARD)
    clock.move(minutes=25)
    parts.give_up_abandoned()
    assert said(started) == "refund_due"
    assert booking_of_reservation(reservation) is None
    assert all_of("SELECT amount FROM refunds ORDER BY amount") == [1000, 1600]
    assert balances() == [1000]


def test_a_declined_card_that_pays_after_all_goes_back(office: Office) -> None:
    started = pay(hold(office), by_voucher(voucher(office, 1000)), CARD)
    said(started, "payment.failed")
    assert said(started) == "refund_due"
    assert books() == {"gateway_receivable": 1600, "refunds_due": -1600, "voucher_liability": -1000}


def test_late_but_whole_it_is_a_booking_while_the_seats_are_free(office: Office, clock: Clock) -> None:
    reservation = hold(office)
    started = pay(reservation, by_voucher(voucher(office, 1000)), CARD)
    clock.move(minutes=25)
    assert said(started) == "booked"
    assert booking_of_reservation(reservation)


def test_late_and_the_seats_gone_everything_goes_back(office: Office, clock: Clock) -> None:
    started = pay(hold(office), by_voucher(voucher(office, 1000)), CARD)
    clock.move(minutes=25)
    hold(office, 0, BOB)
    assert said(started) == "refund_due"
    assert balances() == [1000]
    assert all_of("SELECT amount, status FROM refunds ORDER BY amount") == [
        (1000, "processed"),
        (1600, "pending"),
    ]
    assert "seats had been sold" in all_of("SELECT reason FROM refunds")[0]


def test_another_amount_than_the_part_gives_everything_back(office: Office) -> None:
    started = pay(hold(office), by_voucher(voucher(office, 1000)), CARD)
    assert said(started, amount=1599) == "refund_due"
    assert balances() == [1000]
    assert all_of("SELECT amount FROM refunds ORDER BY amount") == [1000, 1599]
    assert all_of("SELECT count(*) FROM bookings") == [0]


def test_a_gateway_that_is_away_takes_no_voucher(office: Office, bank: Answering) -> None:
    bank.away = True
    reservation = hold(office)
    with pytest.raises(GatewayUnavailable):
        pay(reservation, by_voucher(voucher(office, 1000)), CARD)
    assert balances() == [1000]
    assert booking_of_reservation(reservation) is None


def test_paying_anew_gives_back_what_waited_first(office: Office) -> None:
    reservation = hold(office)
    code = voucher(office, 1000)
    first = pay(reservation, by_voucher(code), CARD)
    second = pay(reservation, by_voucher(code, 400), CARD)
    assert balances() == [600]
    assert said(second) == "booked"
    assert said(first) == "refund_due"
    assert balances() == [600]


def test_a_part_that_waits_beside_another_way_of_paying_comes_back(office: Office) -> None:
    reservation = hold(office)
    pay(reservation, by_voucher(voucher(office, 1000)), CARD)
    take_cash(reservation, ALICE, CLERK)
    assert parts.give_up_abandoned() == 1
    assert balances() == [1000]
    assert all_of("SELECT count(*) FROM bookings") == [1]


# -- refused --------------------------------------------------------------------------------------------


def test_what_is_refused_takes_nothing(office: Office, clock: Clock) -> None:
    reservation = hold(office)
    code = voucher(office, 1000)
    refused: list[tuple[type[Exception], list[PartRequest]]] = [
        (BadPassenger, [by_voucher(code)]),
        (VoucherUnknown, [by_voucher("222222222222"), CARD]),
        (VoucherUnknown, [PartRequest("voucher"), CARD]),
        (VoucherTooSmall, [by_voucher(code, 1001), CARD]),
        (VoucherTooSmall, [by_voucher(code), by_voucher(code, 500), CARD]),
        (catalogue.UnknownMethod, [by_voucher(code), PartRequest("shells")]),
    ]
    for error, asked in refused:
        with pytest.raises(error):
            pay(reservation, *asked)
    with pytest.raises(NotFound):
        begin_split(reservation, BOB, ACTOR, [by_voucher(code), CARD])
    clock.move(minutes=16)
    with pytest.raises(HoldExpired):
        pay(reservation, by_voucher(code), CARD)
    assert balances() == [1000]
    assert all_of("SELECT count(*) FROM payments") == [0]


def test_what_is_paid_is_not_paid_again(office: Office) -> None:
    reservation = hold(office)
    code = voucher(office, 10_000)
    pay(reservation, by_voucher(code))
    with pytest.raises(NotActive):
        pay(reservation, by_voucher(code))
    assert balances() == [7400]


def test_nothing_is_taken_for_a_departure_that_was_cancelled(office: Office) -> None:
    reservation = hold(office)
    code = voucher(office, 10_000)
    with transaction() as session:
        session.execute(text("UPDATE schedules SET status = 'cancelled'"))
    with pytest.raises(NotActive):
        pay(reservation, by_voucher(code))
    assert balances() == [10_000]


def test_cancelling_gives_each_part_back_the_way_it_came(office: Office) -> None:
    reservation = hold(office)
    started = pay(reservation, by_voucher(voucher(office, 1000)), PartRequest("cash"))
    assert started.booking_id
    cancel_booking(started.booking_id, CLERK, "changed their mind", waive=True)
    refund_all()
    assert balances() == [1000]
    assert books() == {"voucher_liability": -1000}
