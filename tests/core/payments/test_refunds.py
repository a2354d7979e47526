"""Money goes back once, never more than was paid, and the books say where it is at every moment."""

from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from core.kernel.db import db, transaction
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments import records
from core.payments.gateways.base import EventKind, GatewayEvent, GatewayRefused, PaymentIntent
from core.payments.ledger import RefundTooHigh, post
from core.payments.refunds import (
    RefundSettled,
    chase,
    open_refund,
    process_refund,
    refund_due,
    settle_refund_event,
    try_again,
)
from core.payments.retry_rules import TRY_AFTER, next_question, next_try
from core.payments.rules import PostingKind, account_received, refund_due_lines
from core.till.drawer import cash_shift
from core.till.hand_out import NotCash, hand_out
from tests.core.payments.cast import PRICE, Stage, begin, pay, set_stage
from tests.core.payments.conftest import Office
from tests.support.clock import Clock
from tests.support.database import FreshDatabase
from tests.support.factories import CLERK
from tests.support.gateway import until


def owe(stage: Stage, payment: UUID, amount: Money = PRICE, gateway: str = "simulated") -> UUID:
    """Money that came for nothing: owed from the start."""
    with transaction():
        shift_id = cash_shift(CLERK, amount.amount, amount.currency) if gateway == "cash" else None
        post(
            PostingKind.REFUND_DUE,
            stage.operator,
            "RON",
            refund_due_lines(amount.amount, account_received(gateway)),
            payment_id=payment,
            shift_id=shift_id,
        )
        return open_refund(payment, amount, "The seats were gone.")


def balances() -> dict[str, int]:
    db.session.rollback()
    rows = db.session.execute(text("SELECT account, sum(amount) AS sum FROM ledger_entries GROUP BY account"))
    return {row.account: int(row.sum) for row in rows if row.sum}


def word(table: str, row: UUID) -> str:
    db.session.rollback()
    return str(
        db.session.execute(text(f"SELECT status FROM {table} WHERE id = :id"), {"id": row}).scalar_one()
    )


def outbox(kind: str) -> list[str]:
    rows = db.session.execute(text("SELECT payload FROM outbox WHERE kind = :kind"), {"kind": kind})
    return [row.payload["refund_id"] for row in rows]


def deeds(refund: UUID) -> list[str]:
    rows = db.session.execute(
        text("SELECT action FROM activity_log WHERE subject_id = :id ORDER BY id"), {"id": str(refund)}
    )
    return [row.action for row in rows]


# -- cash: nothing on the network ----------------------------------------------------------------------


def test_cash_goes_back_out_of_the_drawer(stage: Stage) -> None:
    payment = pay(stage, "cash")
    refund = owe(stage, payment, gateway="cash")
    assert balances() == {"cash_drawer": 5000, "refunds_due": -5000}
    assert outbox("refund.due") == [str(refund)]
    assert process_refund(refund) == "pending", "no program hands out cash"
    assert balances() == {"cash_drawer": 5000, "refunds_due": -5000}
    assert hand_out(refund, CLERK)
    assert balances() == {}
    assert (word("refunds", refund), word("payments", payment)) == ("processed", "refunded")
    assert deeds(refund) == ["refund.opened", "refund.processed"]
    assert outbox("refund.processed") == [str(refund)]


def test_processing_twice_pays_once(stage: Stage) -> None:
    refund = owe(stage, pay(stage, "cash"), gateway="cash")
    for _ in range(2):
        refund_due(1, {"refund_id": str(refund)})
    assert [hand_out(refund, CLERK) for _ in range(2)] == [True, False]
    assert balances() == {}
    assert deeds(refund) == ["refund.opened", "refund.processed"]


def test_a_payment_is_refunded_when_all_of_it_went_back(stage: Stage) -> None:
    payment = pay(stage, "cash")
    first = owe(stage, payment, Money(2000, "RON"), "cash")
    hand_out(first, CLERK)
    assert word("payments", payment) == "completed"
    hand_out(owe(stage, payment, Money(3000, "RON"), "cash"), CLERK)
    assert word("payments", payment) == "refunded"


def test_there_is_nothing_to_process_for_an_unknown_refund(stage: Stage) -> None:
    with pytest.raises(NotFound):
        process_refund(new_id())


def test_only_cash_is_handed_out(stage: Stage) -> None:
    refund = owe(stage, pay(stage))
    with pytest.raises(NotCash):
        hand_out(refund, CLERK)
    with pytest.raises(NotFound):
        hand_out(new_id(), CLERK)
    assert word("refunds", refund) == "pending"


# -- never more than was paid --------------------------------------------------------------------------


def test_the_database_refuses_a_refund_above_the_payment(stage: Stage) -> None:
    payment = pay(stage)
    with pytest.raises(RefundTooHigh), transaction():
        open_refund(payment, Money(5001, "RON"), "too much")
    owe(stage, payment, Money(3000, "RON"))
    with pytest.raises(RefundTooHigh), transaction():
        open_refund(payment, Money(2001, "RON"), "too much")
    assert len(outbox("refund.due")) == 1


def test_a_refund_that_failed_leaves_room_for_another(stage: Stage) -> None:
    payment = begin(stage)
    with transaction():
        records.complete(payment)
    refund = owe(stage, payment)
    assert process_refund(refund) == "failed"
    assert balances() == {"gateway_receivable": 5000, "refunds_due": -5000}
    assert deeds(refund) == ["refund.opened", "refund.failed"]
    with transaction():
        open_refund(payment, PRICE, "once more")


def test_two_at_once_do_not_pass_the_limit_together(fresh_database: FreshDatabase) -> None:
    app = fresh_database.app
    with app.app_context():
        stage = set_stage()
        payments = [pay(stage) for _ in range(6)]
    outcomes: list[str] = []
    for payment in payments:
        start = Barrier(3)
        threads = [Thread(target=_race, args=(app, payment, start, outcomes)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (outcomes.count("refunded"), outcomes.count("refused")) == (6, 12)
    with app.app_context():
        worst = text("SELECT max(sum) FROM (SELECT sum(amount) FROM refunds GROUP BY payment_id) AS given")
        assert db.session.execute(worst).scalar_one() == 3000


def test_twin_without_the_lock_on_the_payment_they_do(fresh_database: FreshDatabase) -> None:
    """Nobody commits until all three have been let through: none of them sees what the others give back."""
    app = fresh_database.app
    with app.app_context():
        payment = pay(set_stage())
        with transaction() as session:
            found = text("SELECT pg_get_functiondef('refunds_stay_within_payment'::regproc)")
            written = str(session.execute(found).scalar_one())
            assert "FOR UPDATE" in written
            session.connection().exec_driver_sql(written.replace("FOR UPDATE", ""))
    outcomes: list[str] = []
    start, written_by_all = Barrier(3), Barrier(3)
    threads = [Thread(target=_race, args=(app, payment, start, outcomes, written_by_all)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["refunded"] * 3
    with app.app_context():
        assert db.session.execute(text("SELECT sum(amount) FROM refunds")).scalar_one() > PRICE.amount


def _race(
    app: Flask, payment: UUID, start: Barrier, outcomes: list[str], before_commit: Barrier | None = None
) -> None:
    with app.app_context():
        start.wait(5)
        try:
            with transaction():
                open_refund(payment, Money(3000, "RON"), "at once")
                if before_commit:
                    before_commit.wait(20)
            outcomes.append("refunded")
        except RefundTooHigh:
            outcomes.append("refused")
        db.session.remove()


# -- through the gateway -------------------------------------------------------------------------------


def paid_at_gateway(office: Office, stage: Stage, behaviour: str) -> UUID:
    payment = begin(stage)
    answer = office.gateway.begin(PaymentIntent(payment, PRICE, "card", "A ticket", behaviour=behaviour))
    records.note_answer(payment, answer)
    until(lambda: word("payments", payment) == "completed")
    return payment


def test_the_gateway_gives_back_and_the_books_are_even(office: Office) -> None:
    stage = set_stage()
    payment = paid_at_gateway(office, stage, "instant")
    refund = owe(stage, payment)
    assert process_refund(refund) == "processed"
    assert balances() == {}
    assert (word("refunds", refund), word("payments", payment)) == ("processed", "refunded")


def test_a_slow_refund_is_settled_by_its_message(office: Office) -> None:
    stage = set_stage()
    payment = paid_at_gateway(office, stage, "slow")
    refund = owe(stage, payment)
    assert process_refund(refund) == "pending"
    assert balances() == {"gateway_receivable": 5000, "refunds_due": -5000}
    until(lambda: word("refunds", refund) == "processed")
    until(lambda: word("payments", payment) == "refunded")
    assert balances() == {}
    assert office.effects()[-1] == "refunded"
    assert process_refund(refund) == "processed"


def test_a_refund_waits_for_a_gateway_that_is_away(office: Office) -> None:
    stage = set_stage()
    payment = paid_at_gateway(office, stage, "instant")
    refund = owe(stage, payment)
    office.process.stop()
    try:
        assert process_refund(refund) == "pending"
        assert deeds(refund) == ["refund.opened", "refund.put_off"]
    finally:
        office.process.start()
    assert process_refund(refund) == "processed"
    assert balances() == {}


# -- tried again until it arrives ------------------------------------------------------------------------


def facts(refund: UUID) -> tuple[str, int, int, str | None]:
    db.session.rollback()
    found = "SELECT status, attempts, refusals, failure FROM refunds WHERE id = :id"
    return tuple(db.session.execute(text(found), {"id": refund}).one())  # type: ignore[return-value]  # the columns that were asked for


def given_back(office: Office, payment: UUID) -> int:
    """What the gateway itself says has gone back, counted by asking for all of it once more."""
    known = office.gateway.find(payment)
    assert known is not None
    with pytest.raises(GatewayRefused):
        office.gateway.refund(known.reference, new_id(), Money(1, "RON"), "is there anything left?")
    return PRICE.amount


def test_a_refund_that_is_refused_once_is_made_at_its_next_time(office: Office, clock: Clock) -> None:
    stage = set_stage()
    payment = paid_at_gateway(office, stage, "refund_refused_once")
    refund = owe(stage, payment)
    assert process_refund(refund) == "pending"
    assert facts(refund) == ("pending", 1, 1, "This money cannot be given back now.")
    assert chase() == 0, "not before its time"
    clock.move(seconds=31)
    assert chase() == 1
    assert balances() == {}
    assert deeds(refund) == ["refund.opened", "refund.put_off", "refund.processed"]
    assert given_back(office, payment) == 5000


def test_a_refund_whose_answer_is_lost_is_looked_up_and_paid_out_once(office: Office, clock: Clock) -> None:
    stage = set_stage()
    payment = paid_at_gateway(office, stage, "refund_lost")
    refund = owe(stage, payment, Money(3000, "RON"))
    assert process_refund(refund) == "pending"
    assert facts(refund) == ("pending", 1, 0, "The payment service did not answer.")
    clock.move(seconds=31)
    assert chase() == 1
    assert facts(refund)[0] == "processed"
    rest = owe(stage, payment, Money(2000, "RON"))
    process_refund(rest)
    clock.move(seconds=31)
    assert chase() == 1
    assert balances() == {}
    assert given_back(office, payment) == 5000


def test_a_refund_of_which_no_message_comes_is_asked_about_until_it_is_known(
    office: Office, clock: Clock
) -> None:
    stage = set_stage()
    payment = paid_at_gateway(office, stage, "refund_silent")
    refund = owe(stage, payment)
    assert process_refund(refund) == "pending"
    clock.move(minutes=2)
    while not chase():
        clock.move(minutes=2)
    assert (word("refunds", refund), word("payments", payment)) == ("processed", "refunded")
    assert facts(refund)[1] == 1, "asking is no other try"
    assert "refunded" not in office.effects()


def test_after_the_last_try_a_person_is_asked_and_can_try_again(office: Office, clock: Clock) -> None:
    stage = set_stage()
    payment = paid_at_gateway(office, stage, "refund_refused")
    refund = owe(stage, payment)
    process_refund(refund)
    for wait in TRY_AFTER[:-1]:
        clock.move(seconds=wait.total_seconds() + 1)
        assert chase() == 0
    clock.move(seconds=TRY_AFTER[-1].total_seconds() + 1)
    assert chase() == 1
    assert facts(refund) == ("failed", 7, 6, "This money cannot be given back now.")
    assert balances() == {"gateway_receivable": 5000, "refunds_due": -5000}
    clock.move(days=9)
    assert chase() == 0
    assert try_again(refund, CLERK) == "pending"
    assert facts(refund) == ("pending", 1, 7, "This money cannot be given back now.")
    assert deeds(refund)[-3:] == ["refund.failed", "refund.revived", "refund.put_off"]


def test_what_a_person_cannot_try_again(stage: Stage) -> None:
    cash = owe(stage, pay(stage, "cash"), gateway="cash")
    process_refund(cash)
    with pytest.raises(RefundSettled):
        try_again(cash, CLERK)
    with pytest.raises(NotFound):
        try_again(new_id(), CLERK)


def test_cash_is_not_chased(stage: Stage, clock: Clock) -> None:
    refund = owe(stage, pay(stage, "cash"), gateway="cash")
    process_refund(refund)
    clock.move(days=3)
    assert chase() == 0
    assert facts(refund) == ("pending", 1, 0, None)


def test_the_times_grow_and_end() -> None:
    waits = [next_try(tries) for tries in range(1, 9)]
    assert waits == [*TRY_AFTER, None, None]
    assert list(TRY_AFTER) == sorted(TRY_AFTER)
    ages = [timedelta(seconds=1), timedelta(minutes=7), timedelta(days=2)]
    assert [next_question(age).total_seconds() for age in ages] == [60, 420, 3600]


def test_messages_about_refunds_that_say_nothing_new(stage: Stage) -> None:
    payment = pay(stage)
    refund = owe(stage, payment)

    def hear(kind: str, about: UUID | None) -> str:
        event = GatewayEvent("evt_1", kind, payment, "simr_1", PRICE, {}, about)
        with transaction():
            return settle_refund_event(event)

    assert hear(EventKind.REFUND_PROCESSED, new_id()) == "parked"
    assert hear(EventKind.REFUND_PROCESSED, None) == "ignored"
    assert hear("refund.wondered", refund) == "ignored"
    assert hear(EventKind.REFUND_FAILED, refund) == "failed"
    assert hear(EventKind.REFUND_PROCESSED, refund) == "ignored"
    assert balances() == {"gateway_receivable": 5000, "refunds_due": -5000}
