"""How much over or short needs nobody's approval: a figure for each currency that managers set."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.kernel.activity import Actor, record
from core.kernel.db import db, transaction
from core.kernel.errors import RuleBroken
from core.till.models import TillLimit
from core.till.rules import MOST

#: Where nobody has set one: five euros, dollars, lei; for currencies without cents it is 500 of them.
USUAL = 500


def limit_of(currency: str) -> int:
    """Minor units up to which a difference needs no approval."""
    found = db.session.scalar(select(TillLimit.amount).where(TillLimit.currency == currency))
    return USUAL if found is None else found


def set_limit(currency: str, amount: int, actor: Actor) -> None:
    """For shifts that are closed from now on. Raises RuleBroken `bad_amount`."""
    if not 0 <= amount <= MOST:
        raise RuleBroken("Please give an amount such as 5.00.", code="bad_amount", field="amount")
    with transaction() as session:
        before = limit_of(currency)
        written = insert(TillLimit).values(currency=currency, amount=amount)
        session.execute(written.on_conflict_do_update(index_elements=["currency"], set_={"amount": amount}))
        record(actor, "till.limit_set", "till", currency, before={"amount": before}, after={"amount": amount})
