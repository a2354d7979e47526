"""A voucher's balance: issued with a reason, spent once, given back to once, and in the books from the start."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import text

from core.kernel.clock import now
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments import records, vouchers
from core.payments.gateways.base import GatewayRefused, PaymentIntent
from core.payments.gateways.catalogue import gateway
from core.payments.gateways.voucher.gateway import reference_of
from core.payments.refunds import open_refund, process_refund
from core.payments.vouchers import (
    VoucherExpired,
    VoucherOtherCurrency,
    VoucherTooSmall,
    VoucherUnknown,
    block,
    issue,
)
from tests.core.payments.cast import Stage, set_stage
from tests.support.clock import Clock
from tests.support.database import FreshDatabase
from tests.support.factories import CLERK


def lei(amount: int) -> Money:
    return Money(amount, "RON")


def payment(stage: Stage, amount: int) -> UUID:
    with transaction():
        return records.create_payment(stage.reservation, stage.operator, "voucher", "voucher", lei(amount))


def spend(stage: Stage, code: str, amount: int) -> UUID:
    made = payment(stage, amount)
    with transaction():
        vouchers.spend(code, stage.operator, lei(amount), made)
        records.complete(made, reference_of(made))
    return made


def balance(voucher: UUID) -> int:
    db.session.rollback()
    found = db.session.execute(text("SELECT balance FROM vouchers WHERE id = :id"), {"id": voucher})
    return int(found.scalar_one())


def books() -> dict[str, int]:
    rows = db.session.execute(text("SELECT account, sum(amount)::bigint FROM ledger_entries GROUP BY 1"))
    return {account: amount for account, amount in rows if amount}


def test_one_that_was_given_away_costs_goodwill(stage: Stage) -> None:
    issue(stage.operator, 700, "Late by two hours", CLERK)
    assert books() == {"goodwill": 700, "voucher_liability": -700}


@pytest.mark.parametrize(
    ("amount", "reason", "field"),
    [
        (0, "why not", "amount"),
        (-5, "why not", "amount"),
        (10**11, "why not", "amount"),
        (5, " x ", "reason"),
    ],
)
def test_no_voucher_without_value_or_reason(stage: Stage, amount: int, reason: str, field: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        issue(stage.operator, amount, reason, CLERK)
    assert (caught.value.code, caught.value.details["field"]) == ("bad_voucher", field)
    assert books() == {}


def test_nobody_issues_for_an_operator_that_is_not_there(stage: Stage) -> None:
    with pytest.raises(NotFound):
        issue(new_id(), 500, "why not", CLERK)


def test_it_is_spent_bit_by_bit_typed_in_any_way_and_never_below_nothing(stage: Stage) -> None:
    issued = issue(stage.operator, 5000, "A present", CLERK)
    typed = "-".join((issued.code[:4].lower(), issued.code[4:8], issued.code[8:]))
    spend(stage, f" {typed} ", 2000)
    spend(stage, issued.code, 3000)
    with pytest.raises(VoucherTooSmall) as caught:
        spend(stage, issued.code, 1)
    assert caught.value.details["balance"] == 0
    assert balance(issued.voucher_id) == 0


def test_one_wrong_character_or_another_operator_is_unknown_and_another_currency_is_said(
    stage: Stage,
) -> None:
    issued = issue(stage.operator, 5000, "A present", CLERK)
    wrong = ("2" if issued.code[0] != "2" else "3") + issued.code[1:]
    for code in (wrong, "", "x" * 500, "\x00", "🎟️" * 12):
        with pytest.raises(VoucherUnknown):
            spend(stage, code, 100)
    with pytest.raises(VoucherUnknown):
        spend(set_stage(), issued.code, 100)
    with pytest.raises(VoucherOtherCurrency) as refused, transaction():
        vouchers.spend(issued.code, stage.operator, Money(100, "EUR"), new_id())
    assert refused.value.details["currency"] == "RON"


def test_its_time_ends_and_staff_can_block_it(stage: Stage, clock: Clock) -> None:
    issued = issue(stage.operator, 5000, "A present", CLERK, expires_at=now() + timedelta(days=30))
    other = issue(stage.operator, 5000, "A present", CLERK)
    block(other.voucher_id, CLERK, "Reported as stolen")
    with pytest.raises(VoucherUnknown):
        spend(stage, other.code, 100)
    clock.move(days=31)
    with pytest.raises(VoucherExpired):
        spend(stage, issued.code, 100)


def test_blocking_needs_a_reason_and_a_voucher(stage: Stage) -> None:
    with pytest.raises(RuleBroken):
        block(new_id(), CLERK, "  ")
    with pytest.raises(NotFound):
        block(new_id(), CLERK, "Reported as stolen")


def test_a_refund_goes_back_onto_it_once_and_can_be_spent_although_it_had_expired(
    stage: Stage, clock: Clock
) -> None:
    issued = issue(stage.operator, 5000, "A present", CLERK, expires_at=now() + timedelta(days=30))
    paid = spend(stage, issued.code, 5000)
    clock.move(days=31)
    with transaction():
        refund = open_refund(paid, lei(4000), "given up")
    assert process_refund(refund) == "processed"
    assert gateway("voucher").refund(reference_of(paid), refund, lei(4000), "again").status == "processed"
    assert balance(issued.voucher_id) == 4000
    spend(stage, issued.code, 4000)


def test_one_without_an_end_gets_none_by_a_refund(stage: Stage) -> None:
    issued = issue(stage.operator, 5000, "A present", CLERK)
    paid = spend(stage, issued.code, 5000)
    with transaction():
        refund = open_refund(paid, lei(5000), "given up")
    process_refund(refund)
    ends = db.session.execute(text("SELECT expires_at FROM vouchers")).scalar_one()
    assert (balance(issued.voucher_id), ends) == (5000, None)


def test_the_gateway_takes_nothing_and_is_sent_nothing(stage: Stage) -> None:
    voucher = gateway("voucher")
    with pytest.raises(GatewayRefused):
        voucher.begin(PaymentIntent(new_id(), lei(1), "voucher", "A ticket"))
    assert voucher.find(new_id()) is None
    assert voucher.look_up("voucher-1").status == "completed"
    with pytest.raises(NotFound):
        voucher.read_webhook({}, b"")


def test_what_was_entered_stays(stage: Stage) -> None:
    issue(stage.operator, 5000, "A present", CLERK)
    with pytest.raises(Exception, match="voucher_entries_append_only"), transaction() as session:
        session.execute(text("UPDATE voucher_entries SET amount = 1"))


# -- two at once ----------------------------------------------------------------------------------------

WORTH, PRICE, BUYERS = 5000, 2000, 6


def spent_at_once(fresh: FreshDatabase) -> int:
    """Six buyers spend 20.00 of a voucher of 50.00 in the same moment; how much they got for it together."""
    with fresh.app.app_context():
        stage = set_stage()
        code = issue(stage.operator, WORTH, "A present", CLERK).code
        paid = [payment(stage, PRICE) for _ in range(BUYERS)]
    together = Barrier(BUYERS)

    def buy(payment_id: UUID) -> int:
        with fresh.app.app_context():
            together.wait()
            try:
                with transaction():
                    vouchers.spend(code, stage.operator, lei(PRICE), payment_id)
                return PRICE
            except VoucherTooSmall:
                return 0
            finally:
                db.session.remove()

    with ThreadPoolExecutor(BUYERS) as pool:
        return sum(pool.map(buy, paid))


def test_many_at_once_never_spend_more_than_there_is(fresh_database: FreshDatabase) -> None:
    assert spent_at_once(fresh_database) == 2 * PRICE
    with fresh_database.app.app_context():
        left, entered = db.session.execute(
            text("SELECT (SELECT balance FROM vouchers), (SELECT sum(amount) FROM voucher_entries)")
        ).one()
        assert left == entered == WORTH - 2 * PRICE


def test_without_the_lock_and_the_condition_they_would(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: read, think, write what was thought, as a careless program does."""
    together = Barrier(BUYERS)
    really: Callable[..., object] = vouchers.run

    def careless(statement: str, values: dict[str, object]) -> object:
        if statement is vouchers._FIND:
            found = really(statement.replace("FOR UPDATE", ""), values)
            together.wait(10)
            return found
        if statement is vouchers._SPEND:
            return really("UPDATE vouchers SET balance = 5000 - %(amount)s WHERE id = %(id)s", values)
        return really(statement, values)

    monkeypatch.setattr(vouchers, "run", careless)
    assert spent_at_once(fresh_database) > WORTH
