"""The clerk of the proof: takes cash and hands it out, while somebody else changes the shift at the same drawer."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert

from core.accounts.models import Role, User
from core.kernel.activity import Actor
from core.kernel.db import transaction
from core.till.close import close_shift
from core.till.drawer import Drawer
from core.till.open import Opening, open_shift
from core.till.queries import open_shift_at
from core.till.words import DrawerKind

_ID = UUID("00000000-0000-7000-8000-00000000c1e4")
STAFF = Actor("user", str(_ID), "Proof clerk")
DRAWER = Drawer(DrawerKind.CLERK, _ID)
_CURRENCY = "EUR"


def start_work() -> None:
    """Employ the clerk, and open the first shift."""
    with transaction() as session:
        person = {"id": _ID, "email": "clerk@proof.example", "name": STAFF.label, "role": Role.AGENT}
        session.execute(insert(User).values(password_hash="-", **person))  # noqa: S106 - nobody signs in with it
    open_shift(Opening(DRAWER, _CURRENCY, {}), STAFF)


def change_shift() -> None:
    """Close the shift in the middle of the crowd, as empty as nobody's drawer is, and open the next one."""
    shift = open_shift_at(DRAWER)
    if shift is not None:
        close_shift(shift.id, {}, STAFF)
    open_shift(Opening(DRAWER, _CURRENCY, {}), STAFF)
