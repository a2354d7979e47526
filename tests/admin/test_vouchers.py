"""Vouchers at the desk: issued with a reason, the code seen once, blocked, and only by those who may."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from core.kernel.db import db
from tests.admin.conftest import SignIn
from tests.support.bad_strings import BAD_STRINGS
from tests.support.database import Sessions
from tests.support.factories import Office

NEW = "/admin/vouchers/new/"


def form(office: Office, **more: Any) -> dict[str, Any]:
    return {"operator_id": str(office.operator_id), "amount": "25.50", "reason": "Two hours late", **more}


def vouchers() -> list[Any]:
    return list(db.session.execute(text("SELECT * FROM vouchers")))


def test_a_manager_issues_one_and_sees_its_code_once(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager", till=True)
    page = browser.post(NEW, data=form(office, sold="y", expires_on="2027-12-31"), follow_redirects=True).text
    (made,) = vouchers()
    spoken = "-".join((made.code[:4], made.code[4:8], made.code[8:]))
    assert spoken in page
    assert (made.amount, made.balance, made.currency, made.sold) == (2550, 2550, "EUR", True)
    assert made.expires_at == datetime(2028, 1, 1, tzinfo=UTC), "in Lisbon's winter"
    again = browser.get("/admin/vouchers/").text
    assert made.code not in again
    assert spoken not in again
    assert made.code[-4:] in again
    assert "Two hours late" in again
    assert made.code[-4:] in browser.get(f"/admin/vouchers/?q={spoken.lower()}").text
    logged = db.session.execute(text("SELECT actor_label FROM activity_log WHERE action = 'voucher.issued'"))
    assert logged.scalar_one() == "Sam Staff"


@pytest.mark.parametrize(
    "wrong",
    [{"amount": "0"}, {"amount": "-5"}, {"amount": "1.234"}, {"amount": "x"}, {"reason": ""}, {"reason": "x"},
     {"operator_id": "1"}, {"expires_on": "soon"}, {"amount": "9" * 30}],
)  # fmt: skip
def test_what_makes_no_sense_issues_nothing(sign_in: SignIn, office: Office, wrong: dict[str, str]) -> None:
    answer = sign_in("manager").post(NEW, data=form(office, **wrong))
    assert answer.status_code == 200
    assert 'class="error"' in answer.text
    assert vouchers() == []


def test_hostile_reasons_are_kept_or_refused_and_never_run(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    for bad in BAD_STRINGS[::12]:
        assert browser.post(NEW, data=form(office, reason=bad)).status_code in {200, 302}
    assert "<script>alert" not in browser.get("/admin/vouchers/").text


def test_one_that_was_lost_is_blocked_with_a_reason(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    browser.post(NEW, data=form(office))
    (made,) = vouchers()
    browser.post(f"/admin/vouchers/{made.id}/block", data={"reason": ""})
    assert vouchers()[0].active
    page = browser.post(
        f"/admin/vouchers/{made.id}/block", data={"reason": "Reported lost"}, follow_redirects=True
    ).text
    assert "Blocked." in page
    assert not vouchers()[0].active
    assert browser.post("/admin/vouchers/1/block", data={"reason": "Reported lost"}).status_code == 404


def test_a_clerk_issues_and_blocks_none(sign_in: SignIn, office: Office, db_session: Sessions) -> None:
    sign_in("manager").post(NEW, data=form(office))
    (made,) = vouchers()
    clerk = sign_in("agent")
    assert clerk.post(NEW, data=form(office)).status_code == 403
    assert clerk.post(f"/admin/vouchers/{made.id}/block", data={"reason": "Reported lost"}).status_code == 403
    assert [each.active for each in vouchers()] == [True]
    assert Decimal(made.balance) == 2550
