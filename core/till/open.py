"""Opening a shift: the float is counted, and comes out of the office's safe. One shift at a drawer, by a constraint."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select

from core.accounts.models import Kiosk, KioskStatus, User
from core.kernel.activity import Actor, record
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id
from core.payments import ledger
from core.payments.rules import PostingKind
from core.till.drawer import Drawer
from core.till.models import Shift
from core.till.rules import amount_of, clean_count, movement_lines
from core.till.words import DrawerKind, MovementKind


@dataclass(frozen=True, slots=True)
class Opening:
    """Which drawer, in which currency, with which pieces by denomination (minor units); `place_id` for a clerk's."""

    drawer: Drawer
    currency: str
    float_count: Mapping[int, int]
    place_id: UUID | None = None


def open_shift(wanted: Opening, actor: Actor) -> UUID:
    """Open a shift with the counted float; returns its id.

    Raises ShiftIsOpen, NotFound (no such drawer), RuleBroken `bad_count` and `bad_currency`.
    """
    if len(wanted.currency) != 3 or not wanted.currency.isascii() or not wanted.currency.isupper():
        raise RuleBroken("Please choose a currency.", code="bad_currency", field="currency")
    count = clean_count(wanted.float_count, wanted.currency)
    shift_id, amount = new_id(), amount_of(count)
    with transaction() as session:
        columns = _drawer_columns(wanted)
        session.execute(
            insert(Shift).values(
                id=shift_id,
                currency=wanted.currency,
                opened_by=actor.id,
                opened_by_name=actor.label[:120],
                float_count={str(denomination): number for denomination, number in count.items()},
                float_amount=amount,
                **columns,
            )
        )
        lines = movement_lines(MovementKind.PUT_IN, amount)
        ledger.post(PostingKind.FLOAT, None, wanted.currency, lines, shift_id=shift_id)
        after = {"drawer": wanted.drawer.kind, "drawer_id": str(wanted.drawer.id), "float": amount,
                 "currency": wanted.currency}  # fmt: skip
        record(actor, "shift.opened", "shift", shift_id, after=after)
    return shift_id


def _drawer_columns(wanted: Opening) -> dict[str, UUID | None]:
    session = require_transaction()
    if wanted.drawer.kind == DrawerKind.CLERK:
        known = select(User.id).where(User.id == wanted.drawer.id, User.active)
        if session.execute(known).first() is None:
            raise NotFound("There is no such drawer.")
        return {"user_id": wanted.drawer.id, "place_id": wanted.place_id}
    paired = select(Kiosk.place_id).where(Kiosk.id == wanted.drawer.id, Kiosk.status == KioskStatus.ACTIVE)
    kiosk = session.execute(paired).one_or_none()
    if kiosk is None:
        raise NotFound("There is no such drawer.")
    return {"kiosk_id": wanted.drawer.id, "place_id": kiosk.place_id}
