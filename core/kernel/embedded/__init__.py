"""A private PostgreSQL and a private Redis for an office that was given neither.

Both live in the data folder, listen on Unix sockets only, and end with the process that started
them, however it ends. One process at a time owns them, under a lock that the system drops with it.
"""

from core.kernel.embedded.hosting import EmbeddedServerError
from core.kernel.embedded.postgres import UNSAFE_POSTGRES_OPTIONS, embedded_postgres
from core.kernel.embedded.redis import embedded_redis, redis_program
from core.kernel.embedded.servers import embedded_servers

__all__ = [
    "UNSAFE_POSTGRES_OPTIONS",
    "EmbeddedServerError",
    "embedded_postgres",
    "embedded_redis",
    "embedded_servers",
    "redis_program",
]
