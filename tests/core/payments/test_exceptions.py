"""What needs a person is found, kind by kind, and nothing else; a message that was looked after is off the list."""

import pytest
from sqlalchemy import text

from core.booking import parts
from core.booking.reserve import reserve
from core.booking.split import begin_split
from core.booking.split_rules import PartRequest
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id
from core.payments import records
from core.payments.exceptions import exceptions, put_aside
from core.payments.gateways.base import GatewayAnswer, GatewayEvent
from core.payments.ledger import post
from core.payments.refunds import open_refund, process_refund
from core.payments.rules import PostingKind
from core.payments.vouchers import issue
from core.payments.words import Account
from tests.core.payments.cast import PRICE, Stage, begin, pay
from tests.support.clock import Clock
from tests.support.database import Sessions
from tests.support.factories import ACTOR, ALICE, CLERK, make_office


def kinds() -> list[str]:
    return [found.kind for found in exceptions()]


def test_all_is_well_after_a_sale(stage: Stage) -> None:
    payment = pay(stage)
    lines = [(Account.GATEWAY_RECEIVABLE, PRICE.amount), (Account.REVENUE, -PRICE.amount)]
    with transaction():
        post(PostingKind.SALE, stage.operator, "RON", lines, payment_id=payment)
    begin(stage)
    assert exceptions() == []


def test_money_without_a_booking_is_found(stage: Stage) -> None:
    payment = pay(stage)
    (found,) = exceptions()
    assert (found.kind, found.payment_id, found.amount) == ("paid_without_booking", payment, PRICE)
    assert found.reservation_id == stage.reservation


def test_a_refund_that_hangs_or_failed_is_found_until_another_one_is_made(stage: Stage, clock: Clock) -> None:
    payment = begin(stage)
    with transaction():
        records.complete(payment)
        refund = open_refund(payment, PRICE, "too late")
    assert kinds() == []
    clock.move(minutes=16)
    assert kinds() == ["refund_pending"]
    assert process_refund(refund) == "failed"
    (found,) = exceptions()
    assert (found.kind, found.refund_id, found.note) == (
        "refund_failed",
        refund,
        "The payment has no reference at its gateway.",
    )
    with transaction():
        open_refund(payment, PRICE, "once more")
    assert kinds() == []


def test_cash_may_lie_in_the_drawer_for_a_day(stage: Stage, clock: Clock) -> None:
    paid = pay(stage, "cash")
    with transaction():
        open_refund(paid, PRICE, "too late")
    clock.move(hours=23)
    assert kinds() == []
    clock.move(hours=2)
    assert kinds() == ["cash_not_collected"]


def test_a_part_that_waits_for_nobody_is_found_and_settled_by_cron(
    db_session: Sessions, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office()
    code = issue(office.operator_id, 1000, "A present", CLERK).code
    reservation = reserve(office.ask(0), ALICE, ACTOR).reservation_id
    answer = GatewayAnswer("ref-1", None, "pending")
    monkeypatch.setattr("core.booking.pay._begin", lambda *_: answer)
    begin_split(reservation, ALICE, ACTOR, [PartRequest("voucher", None, code), PartRequest("card")])
    clock.move(minutes=16)
    assert kinds() == [], "somebody may still be at the pay page"
    clock.move(minutes=30)
    assert kinds() == ["part_without_rest"]
    parts.give_up_abandoned()
    assert kinds() == []


@pytest.mark.parametrize(
    ("effect", "kind"), [("parked", "parked_message"), ("disagrees", "gateway_disagrees")]
)
def test_a_message_that_fits_nothing_is_found_until_it_is_put_aside(
    stage: Stage, effect: str, kind: str
) -> None:
    event = GatewayEvent("evt_1", "payment.completed", new_id(), "sim_1", PRICE)
    with transaction():
        noted = records.record_event("simulated", event, effect)
    assert noted is not None
    (found,) = exceptions()
    assert (found.kind, found.note, found.amount) == (kind, "simulated evt_1", None)
    assert found.event_id == noted.id
    with pytest.raises(RuleBroken):
        put_aside(noted.id, CLERK, " ")
    put_aside(noted.id, CLERK, "Belongs to the café's till")
    assert exceptions() == []
    logged = db.session.execute(
        text("SELECT action, reason FROM activity_log ORDER BY id DESC LIMIT 1")
    ).one()
    assert tuple(logged) == ("message.put_aside", "Belongs to the café's till")
    with pytest.raises(NotFound):
        put_aside(noted.id, CLERK, "once more")


def test_the_list_needs_no_scan_of_what_is_settled(stage: Stage) -> None:
    """Refunds and messages are found by indexes of what is open alone."""
    for statement, index in (
        ("SELECT 1 FROM refunds WHERE status = 'pending'", "ix_refunds_next_try"),
        ("SELECT 1 FROM webhook_events WHERE effect IN ('parked', 'disagrees')", "ix_webhook_events_open"),
        ("SELECT 1 FROM payments WHERE waiting", "ix_payments_waiting"),
    ):
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = db.session.execute(text(f"EXPLAIN {statement}")).scalars().all()
        assert index in " ".join(plan)
