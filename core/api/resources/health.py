"""Whether the office can sell. `/health` is for load balancers: 503 only when it cannot."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.api.endpoints import NOBODY_ASKED, Reply, endpoint
from core.api.schemas.health import Health, HealthDetails
from core.kernel.context import settings
from core.kernel.db import db

_DETAILS = text("""
SELECT current_setting('server_version') AS version, (SELECT version_num FROM alembic_version) AS revision,
  count(*) AS waiting, coalesce(extract(epoch FROM app_now() - min(created_at)), 0)::int AS oldest
FROM (SELECT created_at FROM outbox WHERE done_at IS NULL ORDER BY id LIMIT 10000) open
""")
_REDIS_PATIENCE = 0.2
OK, AWAY = "ok", "away"


@endpoint("GET", "/health", access=NOBODY_ASKED, answer=Health, hidden=True, bare=True)
def plain() -> Any:
    """ok, degraded or down, and which part is away."""
    return _reply(_state(_database() is not None))


@endpoint("GET", "/health", access=NOBODY_ASKED, answer=HealthDetails, errors=(503,))
def details() -> Any:
    """Whether the office can sell, with versions and what waits to be done."""
    found = _database()
    more = {
        "version": _version(),
        "schema_revision": found.revision if found else None,
        "database_version": found.version if found else None,
        "waiting_outbox": found.waiting if found else None,
        "oldest_outbox_seconds": found.oldest if found else None,
    }
    return _reply({**_state(found is not None), **more})


def _state(database: bool) -> dict[str, Any]:
    answers = _redis()
    status = "down" if not database else "ok" if answers else "degraded"
    return {"status": status, "database": OK if database else AWAY, "redis": OK if answers else AWAY}


def _reply(body: dict[str, Any]) -> Reply:
    return Reply(body, 503 if body["status"] == "down" else 200)


def _database() -> Any:
    try:
        return db.session.execute(_DETAILS).one()
    except SQLAlchemyError:
        db.session.rollback()
        return None


def _redis() -> bool:
    url = settings().redis_url
    if not url:
        return False
    try:
        with redis.Redis.from_url(
            url, socket_timeout=_REDIS_PATIENCE, socket_connect_timeout=_REDIS_PATIENCE
        ) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _version() -> str:
    try:
        return version("bookinghall")
    except PackageNotFoundError:
        return "unknown"
