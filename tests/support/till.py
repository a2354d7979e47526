"""Drawers to test with: the clerk of the factories stands at an open one, and others are opened by a line."""

from uuid import UUID

from sqlalchemy import text

from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.till.drawer import Drawer
from core.till.open import Opening, open_shift
from core.till.words import DrawerKind

CLERK_ID = UUID("00000000-0000-7000-8000-00000000c1e2")
CLERKS_DRAWER = Drawer(DrawerKind.CLERK, CLERK_ID)

_EMPLOY = text("""
INSERT INTO users (id, email, name, role, password_hash)
VALUES (:id, 'clerk@station.example', 'Station clerk', 'agent', '-') ON CONFLICT DO NOTHING
""")
_OPEN = text("""
INSERT INTO shifts (id, user_id, currency, opened_by, opened_by_name, float_count, float_amount)
SELECT gen_random_uuid(), :id, :currency, CAST(:id AS text), 'Station clerk', '{}', 0 ON CONFLICT DO NOTHING
""")


def clerk_at_work(currency: str = "EUR") -> None:
    """In the open transaction: the clerk is employed, and a shift without a float is open at their drawer."""
    for statement in (_EMPLOY, _OPEN):
        db.session.execute(statement, {"id": CLERK_ID, "currency": currency})


def open_till(drawer_id: UUID | str, kind: str = "clerk", currency: str = "EUR") -> UUID:
    """A shift at somebody's drawer, or at a kiosk's cash box, without a float."""
    return open_shift(Opening(Drawer(DrawerKind(kind), UUID(str(drawer_id))), currency, {}), SYSTEM)
