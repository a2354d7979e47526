"""The demo's drawers: a clerk who has worked and counted, and open shifts for whoever sells for cash first."""

import secrets
from uuid import UUID

from sqlalchemy import func, select

from core.accounts import users
from core.accounts.models import Kiosk, Role, User
from core.demo.actor import DEMO
from core.demo.people import ADMIN_EMAIL, KIOSK_NAME
from core.kernel.activity import Actor
from core.kernel.db import db
from core.till.close import close_shift
from core.till.drawer import Drawer
from core.till.models import Shift
from core.till.open import Opening, open_shift
from core.till.queries import open_shift_at
from core.till.rules import pieces_of
from core.till.words import DrawerKind

CLERK_EMAIL = "clerk@bookinghall.example"
CURRENCY = "RON"
#: Ten of ten, ten of five, and coins: 200.00 lei to give change from.
FLOAT = {1000: 10, 500: 10, 100: 40, 50: 20}
#: What the demo's clerk counted besides notes and coins that made sense: ten lei are missing.
_SHORT = 1000


def clerk_at_work(station: UUID) -> Actor:
    """The demo's clerk, with an open shift. Nobody knows their password: a manager can give them one."""
    clerk_id = db.session.scalar(select(User.id).where(func.lower(User.email) == CLERK_EMAIL))
    db.session.rollback()
    if clerk_id is None:
        password = secrets.token_urlsafe(24)
        clerk_id = users.create(
            CLERK_EMAIL, "Demo Clerk", password, DEMO, role=Role.AGENT, stations=(station,)
        ).id
    _open_first(Drawer(DrawerKind.CLERK, clerk_id), station)
    return Actor("user", str(clerk_id), "Demo Clerk")


def end_of_work(clerk: Actor, taken: int) -> None:
    """The clerk has counted: the float and what was taken, less a note that went astray."""
    shift = open_shift_at(Drawer(DrawerKind.CLERK, UUID(clerk.id)))
    db.session.rollback()
    if shift is not None:
        close_shift(shift.id, pieces_of(shift.float_amount + taken - _SHORT, CURRENCY), clerk)


def open_tills(station: UUID) -> None:
    """An open shift at the kiosk and for the admin, so that the first cash sale works. Once: later it is theirs."""
    kiosk = db.session.scalar(select(Kiosk.id).where(Kiosk.name == KIOSK_NAME, Kiosk.status == "active"))
    admin = db.session.scalar(select(User.id).where(func.lower(User.email) == ADMIN_EMAIL))
    db.session.rollback()
    for kind, drawer_id in ((DrawerKind.KIOSK, kiosk), (DrawerKind.CLERK, admin)):
        if drawer_id is not None:
            _open_first(Drawer(kind, drawer_id), station)


def _open_first(drawer: Drawer, station: UUID) -> None:
    known = select(Shift.id).where(func.coalesce(Shift.kiosk_id, Shift.user_id) == drawer.id)
    before = db.session.execute(known.limit(1)).first()
    db.session.rollback()
    if before is None:
        open_shift(Opening(drawer, CURRENCY, FLOAT, station), DEMO)
