"""One clock for everything: the database's. Tests move it; processes on other machines cannot disagree with it."""

from datetime import UTC, datetime

from sqlalchemy import Function, func, select

from core.kernel.db import db


def app_now() -> Function[datetime]:
    """The SQL expression of the present moment, to be used inside statements."""
    return func.app_now()


def now() -> datetime:
    """The present moment in UTC, asked of the database (one round trip)."""
    moment: datetime = db.session.execute(select(app_now())).scalar_one()
    return moment.astimezone(UTC)
