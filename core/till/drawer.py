"""Which drawer cash moves through, and the lock that keeps its shift open until the money is in the books.

Whoever moves cash calls `open_shift_of` in the transaction that posts it and gives the id to `ledger.post`: the row is
locked `FOR SHARE`, so that many sell at once while closing, which locks it `FOR UPDATE`, waits for them and counts them.
It is the last lock of a sale; closing takes no other.
"""

from dataclasses import dataclass
from uuid import UUID

from core.kernel.activity import Actor
from core.kernel.db import fetch, require_transaction, run
from core.till.errors import MachineTakesNoCash, NoOpenShift, OtherCurrency
from core.till.words import DrawerKind


@dataclass(frozen=True, slots=True)
class Drawer:
    """A kiosk's cash box or a clerk's drawer: `id` is the kiosk's or the user's."""

    kind: DrawerKind
    id: UUID


_LOCK = """
SELECT id, currency FROM shifts WHERE coalesce(kiosk_id, user_id) = %(drawer_id)s AND closed_at IS NULL FOR SHARE
"""
_CURRENCY = (
    "SELECT currency FROM shifts WHERE coalesce(kiosk_id, user_id) = %(drawer_id)s AND closed_at IS NULL"
)
_DRAWERS = {"kiosk": DrawerKind.KIOSK, "user": DrawerKind.CLERK}


def drawer_of(actor: Actor) -> Drawer:
    """The drawer that this actor's cash goes into. Raises NoOpenShift for those who have none."""
    kind = _DRAWERS.get(actor.kind)
    try:
        return Drawer(kind, UUID(actor.id)) if kind else _nobodys()
    except ValueError:
        return _nobodys()


def open_shift_of(drawer: Drawer, currency: str) -> UUID:
    """The open shift of a drawer, in the open transaction: it stays open until this has been committed.

    Raises NoOpenShift (at a kiosk in the traveller's words), OtherCurrency.
    """
    require_transaction()
    row = run(_LOCK, {"drawer_id": drawer.id}).fetchone()
    if row is None:
        raise MachineTakesNoCash if drawer.kind == DrawerKind.KIOSK else NoOpenShift
    if row.currency != currency:
        raise OtherCurrency(f"This drawer is counted in {row.currency}: it takes nothing in {currency}.")
    found: UUID = row.id
    return found


def cash_shift(actor: Actor, amount: int, currency: str) -> UUID | None:
    """The shift that an amount taken or given by this actor belongs to; None when nothing changes hands.

    Raises NoOpenShift, OtherCurrency.
    """
    return open_shift_of(drawer_of(actor), currency) if amount else None


def takes_cash(drawer: Drawer, currency: str) -> bool:
    """Whether a drawer can take cash of this currency now: for screens, which offer it or not. Locks nothing."""
    rows = fetch(_CURRENCY, {"drawer_id": drawer.id})
    return bool(rows) and rows[0].currency == currency


def _nobodys() -> Drawer:
    raise NoOpenShift
