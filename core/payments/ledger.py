"""The double-entry ledger: a fact of money is one posting with its entries, written once and never changed.

That entries balance and stay as they are is kept by the database (`ledger_balanced`, checked at the commit, and
`ledger_append_only`); here a violation gets its name.
"""

from collections.abc import Sequence
from typing import TypedDict, Unpack
from uuid import UUID

from core.kernel.db import require_transaction, run
from core.kernel.errors import Conflict, RuleBroken, constraint_error
from core.kernel.ids import new_id
from core.payments.rules import Line


class UnbalancedPosting(RuleBroken):
    """Debits and credits differ."""

    code = "ledger_unbalanced"
    message = "The books would not balance, so nothing was written."


class LedgerIsAppendOnly(Conflict):
    """Somebody tried to change or delete what is in the books."""

    code = "ledger_append_only"
    message = "What is in the books cannot be changed; a mistake is corrected by another posting."


class RefundTooHigh(RuleBroken):
    """The refunds of a payment would be more than was paid."""

    code = "refund_too_high"
    message = "This is more than is left of what was paid."


constraint_error("ledger_balanced", UnbalancedPosting)
constraint_error("ledger_append_only", LedgerIsAppendOnly)
constraint_error("refunds_within_payment", RefundTooHigh)

#: Posting and entries in one round trip: this is part of every sale.
_POSTING = """
    posting AS (
      INSERT INTO ledger_postings
        (id, operator_id, currency, kind, payment_id, refund_id, reservation_id, route_id, shift_id)
      SELECT %(posting_id)s, %(operator_id)s, %(currency)s, %(kind)s, %(payment_id)s, %(refund_id)s, %(reservation_id)s,
        %(route_id)s, %(shift_id)s {source}
      RETURNING id
    ), entries AS (
      INSERT INTO ledger_entries (posting_id, account, amount)
      SELECT posting.id, line.account, line.amount
      FROM posting, unnest(%(accounts)s::text[], %(amounts)s::bigint[]) AS line (account, amount)
    )
"""


def post_statement(source: str) -> str:
    """Parts (`posting`, `entries`) of a larger statement that write a fact of money with the `parameters` of one.

    Nothing is written without ``source`` (a row of the statement), or when no money moved.
    """
    return _POSTING.format(source=f"FROM {source} WHERE cardinality(%(accounts)s::text[]) > 0")


_POST = f"WITH {_POSTING.format(source='').strip()} SELECT id FROM posting"  # noqa: S608 - put together from constants


class Links(TypedDict, total=False):
    """What a posting is about. Lines in the cash drawer need the open shift of that drawer (see `core.till.drawer`)."""

    payment_id: UUID | None
    refund_id: UUID | None
    reservation_id: UUID | None
    route_id: UUID | None
    shift_id: UUID | None


_NO_LINKS = dict.fromkeys(Links.__annotations__)


def post(
    kind: str,
    operator_id: UUID | None,
    currency: str,
    lines: Sequence[Line],
    **links: Unpack[Links],
) -> UUID | None:
    """Write a fact of money in the open transaction; returns the posting's id, or None when no money moved.

    No operator means the office itself. Lines that do not balance make the commit fail with UnbalancedPosting.
    """
    require_transaction()
    if not lines:
        return None
    values = parameters(kind, operator_id, currency, lines, **links)
    run(_POST, values)
    return UUID(str(values["posting_id"]))


def parameters(
    kind: str,
    operator_id: UUID | None,
    currency: str,
    lines: Sequence[Line],
    **links: Unpack[Links],
) -> dict[str, object]:
    """For the statements that write a fact of money."""
    return {
        "posting_id": new_id(),
        "operator_id": operator_id,
        "currency": currency,
        "kind": str(kind),
        **_NO_LINKS,
        **links,
        "accounts": [str(account) for account, _ in lines],
        "amounts": [amount for _, amount in lines],
    }
