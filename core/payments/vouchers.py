"""Vouchers: issued by staff with a reason, spent once cent by cent, given back to by refunds.

The balance decides, in one conditional UPDATE, so that two who spend at once never spend more than there is. A voucher's
row is locked after the reservation's and before the seat locks.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.kernel import codes
from core.kernel.activity import Actor, record
from core.kernel.db import run, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments import ledger
from core.payments.rules import PostingKind, voucher_lines

LENGTH = 12
#: A hundred million of the largest unit is more than anybody gives away.
_MOST = 10**10
_REASON = range(3, 301)
#: What goes back to a voucher can be spent for so long, even when it had expired.
_AT_LEAST = "90 days"


class VoucherUnknown(RuleBroken):
    """No voucher of this operator has that code, or it is no longer good."""

    code = "voucher_unknown"
    message = "This voucher is not known here. Please check its code."


class VoucherExpired(RuleBroken):
    """Its time is over."""

    code = "voucher_expired"
    message = "This voucher has expired."


class VoucherOtherCurrency(RuleBroken):
    """It is the operator's, in another `currency` than the price."""

    code = "voucher_other_currency"
    message = "This voucher is in another currency."


class VoucherTooSmall(RuleBroken):
    """There is not so much on it; `balance` says how much."""

    code = "voucher_too_small"
    message = "There is not enough left on this voucher."


@dataclass(frozen=True, slots=True)
class Issued:
    """A new voucher and the code to hand over."""

    voucher_id: UUID
    code: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A voucher to be, checked."""

    operator_id: UUID
    amount: int
    reason: str
    expires_at: datetime | None


_ISSUE = """
INSERT INTO vouchers (id, operator_id, code, amount, balance, currency, sold, reason, expires_at)
SELECT %(id)s, o.id, %(code)s, %(amount)s, %(amount)s, o.currency, %(sold)s, %(reason)s, %(expires_at)s
FROM operators o WHERE o.id = %(operator_id)s
RETURNING currency
"""
_ENTER = """
INSERT INTO voucher_entries (voucher_id, kind, amount, payment_id, refund_id)
VALUES (%(voucher_id)s, %(kind)s, %(amount)s, %(payment_id)s, %(refund_id)s)
ON CONFLICT (refund_id) DO NOTHING RETURNING id
"""
_FIND = """
SELECT id, balance, active, expires_at <= app_now() AS run_out FROM vouchers
WHERE code = %(code)s AND operator_id = %(operator_id)s AND currency = %(currency)s FOR UPDATE
"""
_CURRENCY = "SELECT currency FROM vouchers WHERE code = %(code)s AND operator_id = %(operator_id)s AND active"
_SPEND = """
UPDATE vouchers SET balance = balance - %(amount)s
WHERE id = %(id)s AND balance >= %(amount)s AND active AND (expires_at IS NULL OR expires_at > app_now())
"""
_OF_PAYMENT = "SELECT voucher_id FROM voucher_entries WHERE payment_id = %(payment_id)s AND kind = 'spent'"
_CREDIT = f"""
UPDATE vouchers SET balance = balance + %(amount)s,
  expires_at = CASE WHEN expires_at IS NULL THEN NULL
    ELSE greatest(expires_at, app_now() + interval '{_AT_LEAST}') END
WHERE id = %(id)s
"""  # noqa: S608 - a constant of ours


def issue(
    operator_id: UUID, amount: int, reason: str, actor: Actor, *, expires_at: datetime | None = None
) -> Issued:
    """Give away a voucher of so many minor units of the operator's currency. One is sold by `core.till.vouchers`.

    Raises RuleBroken `bad_voucher` (with `field`), NotFound.
    """
    wanted = checked(operator_id, amount, reason, expires_at)
    with transaction():
        return write(wanted, actor)


def checked(operator_id: UUID, amount: int, reason: str, expires_at: datetime | None) -> Wanted:
    """What somebody asks for, if it can be issued. Raises RuleBroken `bad_voucher` (with `field`)."""
    said = " ".join(reason.split())
    if not 0 < amount <= _MOST:
        raise RuleBroken("Please give an amount above nothing.", code="bad_voucher", field="amount")
    if len(said) not in _REASON:
        raise RuleBroken("Please say why, in 3 to 300 characters.", code="bad_voucher", field="reason")
    return Wanted(operator_id, amount, said, expires_at)


def currency_of(operator_id: UUID) -> str:
    """The currency of an operator's vouchers, in the open transaction. Raises NotFound."""
    row = run("SELECT currency FROM operators WHERE id = %(id)s", {"id": operator_id}).fetchone()
    if row is None:
        raise NotFound("There is no such operator.")
    return str(row.currency)


def write(wanted: Wanted, actor: Actor, *, shift_id: UUID | None = None) -> Issued:
    """Make it, in the open transaction. With a shift its price lies in that drawer. Raises NotFound."""
    issued, sold = Issued(new_id(), _new_code()), shift_id is not None
    operator_id = wanted.operator_id
    values = {"id": issued.voucher_id, "operator_id": operator_id, "code": issued.code, "amount": wanted.amount,
              "sold": sold, "reason": wanted.reason, "expires_at": wanted.expires_at}  # fmt: skip
    row = run(_ISSUE, values).fetchone()
    if row is None:
        raise NotFound("There is no such operator.")
    _enter(issued.voucher_id, "issued", wanted.amount)
    lines = voucher_lines(wanted.amount, sold=sold)
    ledger.post(PostingKind.VOUCHER_ISSUED, operator_id, row.currency, lines, shift_id=shift_id)
    after = {"amount": wanted.amount, "currency": row.currency, "sold": sold, "expires_at": wanted.expires_at}
    record(actor, "voucher.issued", "voucher", issued.voucher_id, operator_id=operator_id, reason=wanted.reason,
           after=after)  # fmt: skip
    return issued


def block(voucher_id: UUID, actor: Actor, reason: str) -> None:
    """Nobody spends it any more; what is left on it stays owed. Raises RuleBroken (no reason), NotFound."""
    said = " ".join(reason.split())
    if len(said) not in _REASON:
        raise RuleBroken("Please say why, in 3 to 300 characters.", code="bad_voucher", field="reason")
    with transaction():
        statement = "UPDATE vouchers SET active = false WHERE id = %(id)s RETURNING operator_id, balance"
        row = run(statement, {"id": voucher_id}).fetchone()
        if row is None:
            raise NotFound("There is no such voucher.")
        record(actor, "voucher.blocked", "voucher", voucher_id, operator_id=row.operator_id, reason=said,
               before={"active": True}, after={"active": False, "balance": row.balance})  # fmt: skip


def balance_of(code: str, operator_id: UUID, currency: str) -> int:
    """What may be spent with this code at this operator now; the voucher is locked. Several are locked in their codes'
    order. Raises VoucherUnknown, VoucherOtherCurrency, VoucherExpired.
    """
    return int(_find(code, operator_id, currency).balance)


def spend(code: str, operator_id: UUID, amount: Money, payment_id: UUID) -> None:
    """Take this from a voucher for a payment, in the open transaction.

    Raises VoucherUnknown, VoucherExpired, VoucherTooSmall.
    """
    found = _find(code, operator_id, amount.currency)
    if run(_SPEND, {"id": found.id, "amount": amount.amount}).rowcount != 1:
        raise VoucherTooSmall(balance=found.balance)
    _enter(found.id, "spent", -amount.amount, payment_id=payment_id)


def give_back(payment_id: UUID, refund_id: UUID, amount: int) -> None:
    """Put a refund onto the voucher that paid, in the open transaction; once, however often it is asked for.

    Raises NotFound when no voucher paid.
    """
    row = run(_OF_PAYMENT, {"payment_id": payment_id}).fetchone()
    if row is None:
        raise NotFound("No voucher was used for this payment.")
    if _enter(row.voucher_id, "given_back", amount, payment_id=payment_id, refund_id=refund_id):
        run(_CREDIT, {"id": row.voucher_id, "amount": amount})


def spoken(code: str) -> str:
    """In groups that one can read out: ``4KX7-QM2T-RA9B``."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def _find(code: str, operator_id: UUID, currency: str) -> Any:
    plain = codes.plain(code)
    if not codes.is_checked(plain, LENGTH):
        raise VoucherUnknown
    row = run(_FIND, {"code": plain, "operator_id": operator_id, "currency": currency}).fetchone()
    if row is None:
        _refuse_currency(plain, operator_id)
    if row is None or not row.active:
        raise VoucherUnknown
    if row.run_out:
        raise VoucherExpired
    return row


def _refuse_currency(code: str, operator_id: UUID) -> None:
    """Raises VoucherOtherCurrency when the operator has that voucher all the same."""
    other = run(_CURRENCY, {"code": code, "operator_id": operator_id}).fetchone()
    if other is not None:
        raise VoucherOtherCurrency(currency=other.currency)


def _enter(
    voucher_id: UUID,
    kind: str,
    amount: int,
    *,
    payment_id: UUID | None = None,
    refund_id: UUID | None = None,
) -> bool:
    values = {
        "voucher_id": voucher_id,
        "kind": kind,
        "amount": amount,
        "payment_id": payment_id,
        "refund_id": refund_id,
    }
    return run(_ENTER, values).fetchone() is not None


def _new_code() -> str:
    """Eleven random characters (54 bits) and one that checks them."""
    body = codes.random_code(LENGTH - 1)
    return body + codes.check_character(body)
