"""The demo's admin and kiosk."""

import os
import secrets
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from core.accounts import kiosks, users
from core.accounts.models import Kiosk, Role, User
from core.demo.actor import DEMO
from core.kernel.db import db
from core.kernel.settings import Settings
from core.peripherals.agents import issue_token

ADMIN_EMAIL = "admin@bookinghall.example"
KIOSK_NAME = "Kiosk 1"
_PASSWORD_FILE = "demo-admin-password"  # noqa: S105 - a file name


def ensure_admin(settings: Settings) -> None:
    """An admin with a password of their own, kept in the data folder for its owner alone."""
    if db.session.execute(select(User.id).where(func.lower(User.email) == ADMIN_EMAIL)).first():
        return
    db.session.rollback()
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    _write_private(password_file(settings), password + "\n")
    users.create(ADMIN_EMAIL, "Demo Admin", password, DEMO, role=Role.ADMIN)


def ensure_kiosk(station: UUID) -> None:
    """A kiosk at the station, waiting for the browser that opens its pairing link."""
    if db.session.execute(select(Kiosk.id).limit(1)).first() is None:
        db.session.rollback()
        kiosks.prepare(station, KIOSK_NAME, DEMO)


def ensure_agent(settings: Settings) -> None:
    """A token for the agent of the demo's kiosk, kept in the data folder; the supervisor starts the agent with it."""
    path = agent_token_file(settings)
    kiosk = db.session.execute(
        select(Kiosk.id).where(Kiosk.name == KIOSK_NAME, Kiosk.status == "active")
    ).scalar()
    db.session.rollback()
    if kiosk is not None and not path.exists():
        _write_private(path, issue_token(kiosk, DEMO) + "\n")


def agent_token_file(settings: Settings) -> Path:
    """Where the token of the demo kiosk's agent is kept."""
    return settings.data_dir / "demo-kiosk-agent-token"


def pairing_code() -> str | None:
    """The code of the demo kiosk's pairing link, None once it was used."""
    return db.session.execute(
        select(Kiosk.pairing_code).where(
            Kiosk.name == KIOSK_NAME, Kiosk.status == "active", Kiosk.pairing_code.is_not(None)
        )
    ).scalar()


def password_file(settings: Settings) -> Path:
    """Where the demo admin's password is kept."""
    return settings.data_dir / _PASSWORD_FILE


def _write_private(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(content)
