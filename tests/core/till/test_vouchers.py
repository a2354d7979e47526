"""A voucher that is sold: its price is in the drawer, and it is owed."""

import pytest
from sqlalchemy import text

from core.kernel import codes
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.payments import vouchers
from core.till.errors import NoOpenShift
from core.till.vouchers import sell_voucher
from tests.core.payments.cast import Stage, set_stage
from tests.support.database import Sessions
from tests.support.factories import CLERK


@pytest.fixture
def stage(db_session: Sessions) -> Stage:
    """An operator in RON, and a clerk at an open drawer."""
    return set_stage()


def test_it_is_cash_and_owed(stage: Stage) -> None:
    issued = sell_voucher(stage.operator, 5000, "Bought as a present", CLERK)

    assert codes.is_checked(issued.code, vouchers.LENGTH)
    books = db.session.execute(text("SELECT account, sum(amount)::bigint FROM ledger_entries GROUP BY 1"))
    assert dict(books.all()) == {"cash_drawer": 5000, "voucher_liability": -5000}
    made = db.session.execute(text("SELECT balance, sold FROM vouchers")).one()
    assert tuple(made) == (5000, True)
    done = db.session.execute(text("SELECT action, reason, after FROM activity_log")).one()
    assert (done.action, done.reason) == ("voucher.issued", "Bought as a present")
    assert issued.code not in str(done.after), "whoever reads the log cannot spend it"


def test_nobody_sells_one_without_an_open_shift(stage: Stage) -> None:
    with pytest.raises(NoOpenShift):
        sell_voucher(stage.operator, 5000, "Bought as a present", SYSTEM)
    with pytest.raises(NotFound):
        sell_voucher(new_id(), 5000, "Bought as a present", CLERK)

    assert db.session.execute(text("SELECT count(*) FROM vouchers")).scalar_one() == 0
