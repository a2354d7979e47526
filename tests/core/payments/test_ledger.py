"""The books balance and stay as they are: the database itself refuses anything else, whoever asks."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.kernel.db import db, run, transaction
from core.payments import ledger
from core.payments.ledger import LedgerIsAppendOnly, UnbalancedPosting, post
from core.payments.rules import PostingKind, refund_due_lines
from core.payments.words import Account
from tests.core.payments.cast import Stage, pay

CARD = Account.GATEWAY_RECEIVABLE


def entries(posting: UUID | None) -> dict[str, int]:
    rows = db.session.execute(
        text("SELECT account, amount FROM ledger_entries WHERE posting_id = :id"), {"id": posting}
    )
    return {row.account: row.amount for row in rows}


def sell(stage: Stage) -> UUID | None:
    with transaction():
        lines = [(CARD, 5000), (Account.REVENUE, -4200), (Account.TAXES, -800)]
        return post(PostingKind.SALE, stage.operator, "RON", lines, route_id=stage.route)


def test_a_posting_keeps_its_lines_and_what_they_are_about(stage: Stage) -> None:
    payment = pay(stage)
    with transaction():
        posting = post(
            PostingKind.REFUND_DUE,
            stage.operator,
            "RON",
            refund_due_lines(5000, CARD),
            payment_id=payment,
            reservation_id=stage.reservation,
        )
    assert entries(posting) == {"gateway_receivable": 5000, "refunds_due": -5000}
    row = db.session.execute(text("SELECT * FROM ledger_postings WHERE id = :id"), {"id": posting}).one()
    assert (row.kind, row.payment_id, row.reservation_id, row.currency) == (
        "refund_due",
        payment,
        stage.reservation,
        "RON",
    )


def test_a_posting_of_nothing_is_not_written(stage: Stage) -> None:
    with transaction():
        assert post(PostingKind.SALE, stage.operator, "RON", []) is None


def test_posting_needs_an_open_transaction(stage: Stage) -> None:
    with pytest.raises(RuntimeError):
        post(PostingKind.SALE, stage.operator, "RON", [(CARD, 1), (Account.REVENUE, -1)])


@pytest.mark.parametrize("lines", [[(CARD, 5000), (Account.REVENUE, -4999)], [(CARD, 5000)]])
def test_the_database_refuses_what_does_not_balance(stage: Stage, lines: list[tuple[Account, int]]) -> None:
    with pytest.raises(UnbalancedPosting), transaction():
        post(PostingKind.SALE, stage.operator, "RON", lines)
    assert db.session.execute(text("SELECT count(*) FROM ledger_postings")).scalar_one() == 0


def test_the_database_refuses_a_posting_without_entries(stage: Stage) -> None:
    statement = text(
        "INSERT INTO ledger_postings (id, operator_id, currency, kind) VALUES (:id, :id2, 'RON', 'sale')"
    )
    with pytest.raises(UnbalancedPosting), transaction() as session:
        session.execute(statement, {"id": stage.reservation, "id2": stage.operator})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET amount = amount * 2",
        "DELETE FROM ledger_entries",
        "UPDATE ledger_postings SET kind = 'gift'",
        "DELETE FROM ledger_postings",
    ],
)
def test_the_database_refuses_to_change_the_books(stage: Stage, statement: str) -> None:
    posting = sell(stage)
    with pytest.raises(LedgerIsAppendOnly), transaction() as session:
        session.execute(text(statement))
    assert entries(posting) == {"gateway_receivable": 5000, "revenue": -4200, "taxes": -800}


def test_one_statement_writes_posting_and_entries(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def noted(sql: str, values: dict[str, Any]) -> Any:
        seen.append(sql)
        return run(sql, values)

    monkeypatch.setattr(ledger, "run", noted)
    with transaction():
        post(PostingKind.SALE, stage.operator, "RON", [(CARD, 5000), (Account.REVENUE, -5000)])
        assert len(seen) == 1
