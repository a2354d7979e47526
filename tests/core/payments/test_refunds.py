"""Money goes back once, never more than was paid, and the books say where it is at every moment."""

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
from core.payments.counter import NotCash, hand_out
from core.payments.gateways.base import EventKind, GatewayEvent, GatewayUnavailable, PaymentIntent
from core.payments.ledger import RefundTooHigh, post
from core.payments.refunds import open_refund, process_refund, refund_due, settle_refund_event
from core.payments.rules import PostingKind, account_received, refund_due_lines
from tests.core.payments.cast import PRICE, Stage, begin, pay, set_stage
from tests.core.payments.conftest import Office
from tests.support.database import FreshDatabase
from tests.support.factories import CLERK
from tests.support.gateway import until


def owe(stage: Stage, payment: UUID, amount: Money = PRICE, gateway: str = "simulated") -> UUID:
    """Money that came for nothing: owed from the start."""
    with transaction():
        post(
            PostingKind.REFUND_DUE,
            stage.operator,
            "RON",
            refund_due_lines(amount.amount, account_received(gateway)),
            payment_id=payment,
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


def _race(app: Flask, payment: UUID, start: Barrier, outcomes: list[str]) -> None:
    with app.app_context():
        start.wait(5)
        try:
            with transaction():
                open_refund(payment, Money(3000, "RON"), "at once")
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
        with pytest.raises(GatewayUnavailable):
            process_refund(refund)
        assert word("refunds", refund) == "pending"
    finally:
        office.process.start()
    assert process_refund(refund) == "processed"
    assert balances() == {}


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
