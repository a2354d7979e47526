"""Health."""

from pydantic import BaseModel


class Health(BaseModel):
    """`status` is ok, degraded (sells, but something beside it is away) or down."""

    status: str
    database: str
    redis: str


class HealthDetails(Health):
    """The same with versions."""

    version: str
    schema_revision: str | None
    database_version: str | None
    waiting_outbox: int | None
    oldest_outbox_seconds: int | None
