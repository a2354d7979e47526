"""Who was first is decided by the row count; a message is processed once."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from core.kernel.db import db, transaction
from core.kernel.ids import new_id
from core.payments import records
from core.payments.gateways.base import GatewayAnswer, GatewayEvent
from tests.core.payments.cast import PRICE, Stage, begin, pay


def status(payment: object) -> tuple[str, str | None, str | None]:
    row = db.session.execute(
        text("SELECT status, gateway_reference, failure FROM payments WHERE id = :id"), {"id": payment}
    ).one()
    return row.status, row.gateway_reference, row.failure


def test_an_answer_keeps_the_reference_and_the_page(stage: Stage) -> None:
    payment = begin(stage)
    records.note_answer(payment, GatewayAnswer("sim_1", "http://pay.example/1", "pending"))
    with transaction():
        facts = records.lock_payment(payment)
    assert facts is not None
    assert (facts.reference, facts.amount, facts.status) == ("sim_1", PRICE, "pending")


def test_only_the_first_completes_a_payment(stage: Stage) -> None:
    payment = begin(stage)
    with transaction():
        assert records.complete(payment, "sim_1")
    with transaction():
        assert not records.complete(payment, "sim_2")
    assert status(payment) == ("completed", "sim_1", None)


def test_a_completed_payment_does_not_fail_any_more(stage: Stage) -> None:
    payment = pay(stage)
    with transaction():
        assert not records.fail(payment, "Too late")
    assert status(payment)[0] == "completed"


def test_money_that_comes_after_all_counts(stage: Stage) -> None:
    payment = begin(stage)
    with transaction():
        assert records.fail(payment, "x" * 500)
    assert status(payment) == ("failed", None, "x" * 200)
    with transaction():
        assert records.complete(payment)
    assert status(payment) == ("completed", None, None)


def test_there_is_nothing_to_lock_for_an_unknown_payment(stage: Stage) -> None:
    with transaction():
        assert records.lock_payment(new_id()) is None


def message(payment: object) -> GatewayEvent:
    return GatewayEvent("evt_1", "payment.completed", payment, "sim_1", PRICE, {"event_id": "evt_1"})


def test_a_message_is_written_down_once(stage: Stage) -> None:
    event = message(begin(stage))
    with transaction():
        row = records.record_event("simulated", event, "booked")
        assert row is not None
        assert row.payment_id == event.payment_id
        records.set_effect(row.id, "refund_due")
    with transaction():
        assert records.record_event("simulated", event, "booked") is None
    kept = db.session.execute(text("SELECT effect, payload FROM webhook_events")).one()
    assert kept == ("refund_due", {"event_id": "evt_1"})


@pytest.mark.parametrize("payment", [None, new_id()])
def test_a_message_about_an_unknown_payment_is_kept(stage: Stage, payment: object) -> None:
    with transaction():
        row = records.record_event("simulated", message(payment), "parked")
    assert row is not None
    assert row.payment_id is None


def test_the_same_id_of_another_gateway_is_another_message(stage: Stage) -> None:
    event = message(begin(stage))
    with transaction():
        assert records.record_event("simulated", event, "booked")
        assert records.record_event("stripe", replace(event), "booked")


def test_what_is_undone_was_not_processed(app: Flask, stage: Stage) -> None:
    event = message(begin(stage))
    with pytest.raises(ZeroDivisionError), transaction():
        records.record_event("simulated", event, "booked")
        raise ZeroDivisionError
    with transaction():
        assert records.record_event("simulated", event, "booked")
