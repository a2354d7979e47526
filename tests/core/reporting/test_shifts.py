"""What a report makes of the notes and coins that a machine counts one by one."""

import pytest

from core.kernel.db import transaction
from core.payments import ledger
from core.payments.rules import PostingKind
from core.payments.words import Account
from core.reporting.shifts import shift_report
from core.till.close import close_shift
from core.till.queries import open_shift_at
from tests.support.database import Sessions
from tests.support.factories import CLERK, make_office
from tests.support.till import CLERKS_DRAWER


@pytest.mark.usefixtures("db_session")
def test_what_was_inserted_is_shown_beside_what_it_bought(db_session: Sessions) -> None:
    """Fifty go in, a ticket costs forty-two, eight come out."""
    office, shift = make_office(), open_shift_at(CLERKS_DRAWER).id
    owed = Account.PREPAYMENTS
    for kind, amount, other in (
        (PostingKind.CASH_INSERTED, 5000, owed), (PostingKind.SALE, 4200, Account.REVENUE),
        (PostingKind.CASH_USED, -4200, owed), (PostingKind.CASH_PAID_OUT, -800, owed),
    ):  # fmt: skip
        lines = [(Account.CASH_DRAWER, amount), (other, -amount)]
        with transaction():
            ledger.post(kind, office.operator_id, "EUR", lines, shift_id=shift)
    close_shift(shift, {2000: 2, 200: 1}, CLERK)

    report = shift_report(shift)
    assert (report.shift.expected, report.shift.variance) == (4200, 0)
    assert {each.group: each.amount for each in report.totals if each.number} == {
        "sales": 4200, "inserted": 800, "paid_out": -800,
    }  # fmt: skip
