"""A clerk's day: float in, sales, refunds, cash put in and taken out, counted blind, closed for good."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking.cancellation import cancel_booking
from core.booking.pay import take_cash
from core.booking.queries import reservation_view
from core.booking.reserve import reserve
from core.kernel.activity import SYSTEM, Actor
from core.kernel.db import db, transaction
from core.kernel.errors import DomainError, NotFound, RuleBroken
from core.kernel.ids import new_id
from core.payments import ledger
from core.payments.words import Account
from core.proof.invariants import broken
from core.reporting.shifts import shift_report
from core.till.approve import approve_variance
from core.till.close import close_shift
from core.till.drawer import Drawer, takes_cash
from core.till.errors import (
    MachineTakesNoCash,
    NoOpenShift,
    NothingToApprove,
    OtherCurrency,
    OwnCount,
    ShiftIsClosed,
    ShiftIsOpen,
)
from core.till.hand_out import hand_out
from core.till.limits import limit_of, set_limit
from core.till.move import move_cash
from core.till.open import Opening, open_shift
from core.till.queries import open_shift_at, shift_of
from core.till.rules import pieces_of
from core.till.words import DrawerKind, MovementKind, ShiftState
from tests.support.database import Sessions
from tests.support.factories import ACTOR, ALICE, CLERK, Office, make_office
from tests.support.till import CLERK_ID, CLERKS_DRAWER

MANAGER = Actor("user", "manager", "The manager")
PRICE = 2600


@pytest.fixture
def office(db_session: Sessions) -> Office:
    return make_office()


@pytest.fixture
def shift(office: Office) -> UUID:
    """The clerk's new shift with a float of 50.00 EUR."""
    close_shift(open_shift_at(CLERKS_DRAWER).id, {}, CLERK)
    return open_shift(Opening(CLERKS_DRAWER, "EUR", {2000: 2, 500: 2}, office.places[0]), CLERK)


def sell(office: Office, seat: int) -> UUID:
    return take_cash(reserve(office.ask(seat), ALICE, ACTOR).reservation_id, None, CLERK)


def books(account: str) -> int:
    total = text("SELECT coalesce(sum(amount), 0)::bigint FROM ledger_entries WHERE account = :account")
    return int(db.session.execute(total, {"account": account}).scalar_one())


def write(statement: str, **values: Any) -> None:
    with transaction() as session:
        session.execute(text(statement), values)


def test_a_day_at_the_counter(office: Office, shift: UUID) -> None:
    first, _second = sell(office, 0), sell(office, 1)
    cancel_booking(first, CLERK, "The traveller is ill", waive=True)
    refund = db.session.execute(text("SELECT id FROM refunds")).scalar_one()
    assert hand_out(refund, CLERK)
    move_cash(shift, MovementKind.TAKEN_OUT, 1000, "Notes to the safe", CLERK)
    move_cash(shift, MovementKind.PUT_IN, 200, "Coins from the safe", CLERK)
    assert books("cash_drawer") == 5000 + 2 * PRICE - PRICE - 1000 + 200
    assert shift_report(shift).lines == (), "nobody sees what should be there before it was counted"

    done = close_shift(shift, pieces_of(6500, "EUR"), CLERK)

    assert (done.expected, done.counted, done.variance, done.needs_approval) == (6800, 6500, -300, False)
    assert (books("cash_drawer"), books("over_short")) == (0, 300), "what is short is a loss"
    assert books("safe") == 2 * PRICE - PRICE - 300
    report = shift_report(shift)
    assert report is not None
    assert {each.group: (each.number, each.amount) for each in report.totals} == {
        "float": (1, 5000), "sales": (2, 2 * PRICE), "vouchers": (0, 0), "refunds": (1, -PRICE), "put_in": (1, 200),
        "taken_out": (1, -1000),
    }  # fmt: skip
    assert sum((each.amount for each in report.totals), 0) == 6800
    assert [line.reason for line in report.lines if line.reason] == [
        "Notes to the safe",
        "Coins from the safe",
    ]
    assert report.opening_pieces == [(2000, 2), (500, 2)]
    assert report.closing_pieces == [(5000, 1), (1000, 1), (500, 1)]
    assert broken(db.session.connection()) == []


def test_every_operators_cash_goes_to_the_safe_for_itself(office: Office, shift: UUID) -> None:
    other = make_office()
    sell(office, 0)
    sell(other, 0)
    sell(other, 1)
    close_shift(shift, pieces_of(5000 + 3 * PRICE, "EUR"), CLERK)

    rows = db.session.execute(text("SELECT p.operator_id, e.account, sum(e.amount)::bigint AS amount FROM ledger_postings p"
        " JOIN ledger_entries e ON e.posting_id = p.id AND e.account IN ('safe', 'cash_drawer') GROUP BY 1, 2"))  # fmt: skip
    found = {(row.operator_id, row.account): row.amount for row in rows}
    assert found[office.operator_id, "safe"] == PRICE
    assert found[other.operator_id, "safe"] == 2 * PRICE
    assert found[None, "safe"] == 0, "the float is back"
    assert {amount for (_whose, account), amount in found.items() if account == "cash_drawer"} == {0}


def test_the_log_tells_of_every_step(office: Office, shift: UUID) -> None:
    move_cash(shift, MovementKind.PUT_IN, 200, "Coins from the safe", CLERK)
    close_shift(shift, {}, CLERK)
    approve_variance(shift, "The money was found in the safe", MANAGER)

    deeds = db.session.execute(
        text("SELECT action FROM activity_log WHERE subject_id = :id ORDER BY id"), {"id": str(shift)}
    )
    assert list(deeds.scalars()) == [
        "shift.opened",
        "shift.cash_put_in",
        "shift.closed",
        "shift.variance_approved",
    ]


# -- no cash without an open shift ---------------------------------------------------------------------


def test_no_cash_is_taken_or_given_where_no_shift_is_open(office: Office, shift: UUID) -> None:
    booking = sell(office, 0)
    cancel_booking(booking, CLERK, "The traveller is ill", waive=True)
    close_shift(shift, pieces_of(5000 + PRICE, "EUR"), CLERK)
    held = reserve(office.ask(1), ALICE, ACTOR).reservation_id

    with pytest.raises(NoOpenShift, match="open your shift first"):
        take_cash(held, None, CLERK)
    with pytest.raises(NoOpenShift):
        hand_out(db.session.execute(text("SELECT id FROM refunds")).scalar_one(), CLERK)
    with pytest.raises(NoOpenShift):
        take_cash(held, ALICE, ACTOR)
    with pytest.raises(MachineTakesNoCash, match="choose another way to pay"):
        take_cash(held, None, Actor("kiosk", str(new_id()), "Kiosk 1"))

    assert reservation_view(held).status == "active", "the seats are still held: another way may be chosen"
    assert (
        db.session.execute(
            text("SELECT count(*) FROM payments WHERE reservation_id = :id"), {"id": held}
        ).scalar()
        == 0
    )


def test_a_drawer_takes_its_own_currency_only(office: Office) -> None:
    other = make_office(currency="RON")
    held = reserve(other.ask(0), ALICE, ACTOR).reservation_id
    with pytest.raises(OtherCurrency, match="counted in EUR"):
        take_cash(held, None, CLERK)
    assert takes_cash(CLERKS_DRAWER, "EUR")
    assert not takes_cash(CLERKS_DRAWER, "RON")
    assert not takes_cash(Drawer(DrawerKind.KIOSK, new_id()), "EUR")


def test_the_database_itself_refuses_cash_outside_of_an_open_shift(office: Office, shift: UUID) -> None:
    lines = [(Account.CASH_DRAWER, 500), (Account.REVENUE, -500)]
    with pytest.raises(NoOpenShift), transaction():
        ledger.post("sale", office.operator_id, "EUR", lines)
    with pytest.raises(NoOpenShift), transaction():
        ledger.post("sale", office.operator_id, "RON", lines, shift_id=shift)
    close_shift(shift, {}, CLERK)
    with pytest.raises(NoOpenShift), transaction():
        ledger.post("sale", office.operator_id, "EUR", lines, shift_id=shift)


# -- written once --------------------------------------------------------------------------------------


def test_a_drawer_has_one_open_shift(office: Office, shift: UUID) -> None:
    with pytest.raises(ShiftIsOpen):
        open_shift(Opening(CLERKS_DRAWER, "EUR", {}), MANAGER)
    close_shift(shift, pieces_of(5000, "EUR"), CLERK)
    assert open_shift(Opening(CLERKS_DRAWER, "EUR", {}), CLERK) != shift


def test_what_was_counted_stays(office: Office, shift: UUID) -> None:
    with pytest.raises(ShiftIsClosed):
        write("UPDATE shifts SET float_amount = 1 WHERE id = :id", id=shift)
    with pytest.raises(ShiftIsClosed):
        write("DELETE FROM shifts WHERE id = :id", id=shift)
    move_cash(shift, MovementKind.PUT_IN, 200, "Coins from the safe", CLERK)
    close_shift(shift, pieces_of(5200, "EUR"), CLERK)
    for deed in (
        lambda: close_shift(shift, {}, CLERK),
        lambda: move_cash(shift, MovementKind.PUT_IN, 1, "too late", CLERK),
    ):
        with pytest.raises(ShiftIsClosed):
            deed()
    for statement in (
        "UPDATE shifts SET counted = 1, expected = 1 WHERE id = :id",
        "UPDATE shifts SET closed_at = NULL, closed_by = NULL, closed_by_name = NULL, closing_count = NULL, counted = NULL,"
        " expected = NULL, variance_limit = NULL WHERE id = :id",
        "UPDATE shift_movements SET amount = 1 WHERE shift_id = :id",
        "DELETE FROM shift_movements WHERE shift_id = :id",
    ):
        with pytest.raises(ShiftIsClosed):
            write(statement, id=shift)


@pytest.mark.parametrize(
    "deed",
    [
        lambda _: open_shift(Opening(Drawer(DrawerKind.CLERK, new_id()), "EUR", {}), CLERK),
        lambda _: open_shift(Opening(Drawer(DrawerKind.KIOSK, new_id()), "EUR", {}), CLERK),
        lambda _: open_shift(Opening(CLERKS_DRAWER, "euro", {}), CLERK),
        lambda _: open_shift(Opening(CLERKS_DRAWER, "EUR", {7: 1}), CLERK),
        lambda _: close_shift(new_id(), {}, CLERK),
        lambda shift: close_shift(shift, {500: -1}, CLERK),
        lambda shift: move_cash(shift, MovementKind.PUT_IN, 0, "nothing at all", CLERK),
        lambda shift: move_cash(shift, MovementKind.PUT_IN, 10**12, "a fortune", CLERK),
        lambda shift: move_cash(shift, MovementKind.PUT_IN, 5, "\x00", CLERK),
        lambda shift: approve_variance(shift, "still open", MANAGER),
        lambda _: set_limit("EUR", -1, MANAGER),
    ],
)  # fmt: skip
def test_nothing_is_half_done(shift: UUID, deed: Any) -> None:
    before = db.session.execute(text("SELECT count(*) FROM activity_log")).scalar_one()
    with pytest.raises(DomainError):
        deed(shift)
    assert db.session.execute(text("SELECT count(*) FROM activity_log")).scalar_one() == before
    assert shift_of(shift).state == ShiftState.OPEN


# -- approval ------------------------------------------------------------------------------------------


def test_a_difference_above_the_limit_waits_for_somebody_who_did_not_count(shift: UUID) -> None:
    assert limit_of("EUR") == 500
    assert close_shift(shift, pieces_of(4499, "EUR"), CLERK).needs_approval
    assert shift_of(shift).state == ShiftState.TO_APPROVE
    with pytest.raises(OwnCount):
        approve_variance(shift, "It was me", CLERK)
    with pytest.raises(RuleBroken):
        approve_variance(shift, "", MANAGER)
    approve_variance(shift, "Wrong change, seen on the camera", MANAGER)
    db.session.expire_all()
    assert shift_of(shift).state == ShiftState.APPROVED
    with pytest.raises(NothingToApprove):
        approve_variance(shift, "Once more", MANAGER)
    with pytest.raises(NotFound):
        approve_variance(new_id(), "No such shift", MANAGER)


def test_who_owns_the_drawer_cannot_approve_what_another_counted(shift: UUID) -> None:
    close_shift(shift, {}, MANAGER)
    with pytest.raises(OwnCount):
        approve_variance(shift, "My drawer", Actor("user", str(CLERK_ID), "Station clerk"))
    approve_variance(shift, "The clerk went home ill", SYSTEM)


def test_a_limit_counts_from_now_on(shift: UUID) -> None:
    close_shift(shift, pieces_of(4499, "EUR"), CLERK)
    set_limit("EUR", 1000, MANAGER)
    assert limit_of("EUR") == 1000
    assert shift_of(shift).state == ShiftState.TO_APPROVE, (
        "an earlier shift keeps the limit it was closed under"
    )
    again = open_shift(Opening(CLERKS_DRAWER, "EUR", {}), CLERK)
    assert not close_shift(again, {500: 2}, CLERK).needs_approval
