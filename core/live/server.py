"""Live seats over Socket.IO: namespace /seats, a room for each schedule. Anyone may watch; holders are never named.

A watcher sends `join {schedule_id}` and gets `snapshot`; then come `seats` deltas (see `core.live.emitter`). Whoever
misses a number joins again. Between processes messages travel through Redis; without it within one process.
"""

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from flask import Flask, current_app

from core.kernel.context import settings
from core.kernel.errors import DomainError
from core.kernel.lean import without
from core.live.states import snapshot
from core.live.watched import Watched

with without("aiohttp", "requests"):  # what the libraries' clients would load; a server has no use for it
    import socketio
    from flask_socketio import Namespace, SocketIO, close_room, emit, join_room, leave_room, rooms

NAMESPACE = "/seats"
CHANNEL = "bookinghall-live"
_KEY = "bookinghall_live"
_WATCHED = "bookinghall_watched"
_ROOM = "schedule:"
_SHORT = 5.0

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]

__all__ = ["CHANNEL", "NAMESPACE", "close_room", "live_of", "register", "room_of", "tell", "watched"]


class Seats(Namespace):  # type: ignore[misc]  # Flask-SocketIO has no types
    """What a watching browser may say."""

    def on_join(self, message: object) -> None:
        """Watch one schedule, and no other any more: the room first, so that no delta falls between."""
        schedule_id = _schedule_of(message)
        if schedule_id is None:
            emit("refused", {"code": "malformed"})
            return
        _leave_all()
        join_room(room_of(schedule_id))
        watched(current_app).mark([schedule_id])
        try:
            emit("snapshot", snapshot(schedule_id))
        except DomainError as error:
            leave_room(room_of(schedule_id))
            emit("refused", {"code": error.code})

    def on_leave(self, _message: object = None) -> None:
        """Watch nothing any more."""
        _leave_all()


def register(app: Flask) -> None:
    """Serve Socket.IO beside the application's own addresses."""
    live = SocketIO()
    live.on_namespace(Seats(NAMESPACE))
    live.init_app(
        app,
        async_mode=async_mode(),
        manage_session=False,
        max_http_buffer_size=10_000,
        **_between_processes(settings(app).redis_url),
    )
    app.extensions[_KEY] = live
    app.extensions[_WATCHED] = Watched(lambda: _watched_here(live), settings(app).redis_url)
    app.wsgi_app = _without_deflate(app.wsgi_app)  # type: ignore[method-assign,assignment]  # wrapping the application, as Flask says to


def live_of(app: Flask) -> SocketIO:
    """The application's Socket.IO, for the other namespaces."""
    return app.extensions[_KEY]


def tell(app: Flask, schedule_id: UUID, message: dict[str, Any]) -> None:
    """Send a delta to everybody who watches this schedule, in this process and through Redis in the others."""
    live_of(app).emit("seats", message, namespace=NAMESPACE, to=room_of(schedule_id))


def room_of(schedule_id: UUID) -> str:
    """The room where a schedule is watched."""
    return f"{_ROOM}{schedule_id}"


def watched(app: Flask) -> Watched:
    """Which schedules anybody watches."""
    found: Watched = app.extensions[_WATCHED]
    return found


def _watched_here(live: SocketIO) -> list[UUID]:
    joined = list(live.server.manager.rooms.get(NAMESPACE, ()))  # a copy: others join and leave meanwhile
    return [UUID(room.removeprefix(_ROOM)) for room in joined if room and room.startswith(_ROOM)]


def async_mode() -> str:
    """gevent where a gevent worker serves (the live process), else threads. Named, never guessed by the library."""
    monkey = sys.modules.get("gevent.monkey")
    return "gevent" if monkey is not None and monkey.is_module_patched("socket") else "threading"


def _between_processes(redis_url: str | None) -> dict[str, Any]:
    """A manager of our own: Flask-SocketIO would take another queue for a Redis behind a Unix socket."""
    if not redis_url:
        return {}
    options = {"socket_connect_timeout": _SHORT}
    manager = socketio.RedisManager(redis_url, channel=CHANNEL, logger=_quiet(), redis_options=options)
    return {"client_manager": manager}


def _quiet() -> logging.Logger:
    """Tells only whoever listens that Redis is away: the library would write to the console for as long as it lasts."""
    logger = logging.getLogger(__name__)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    return logger


def _without_deflate(inner: Wsgi) -> Wsgi:
    """Deltas are small: compressing each costs more than it saves (measured with 1,000 watchers)."""

    def serve(environ: Environ, start_response: Any) -> Iterable[bytes]:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return inner(environ, start_response)

    return serve


def _schedule_of(message: object) -> UUID | None:
    value = message.get("schedule_id") if isinstance(message, dict) else None
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _leave_all() -> None:
    for room in rooms():
        if room.startswith(_ROOM):
            leave_room(room)
