"""Kiosks that listen: namespace /kiosk, a room for each device. They are told only to ask the office anew (`look`); what they
are to do they hear in the heartbeat's answer, which a lost message delays by ten seconds and no more.
"""

from uuid import UUID

from flask import Flask, request

from core.accounts.kiosks import COOKIE, kiosk_of_token
from core.kernel.lean import without
from core.live.server import live_of

with without("aiohttp", "requests"):  # as in `core.live.server`
    from flask_socketio import Namespace, join_room

NAMESPACE = "/kiosk"


class Kiosks(Namespace):  # type: ignore[misc]  # Flask-SocketIO has no types
    """A paired device listens; any other browser is refused."""

    def on_connect(self, _auth: object = None) -> bool | None:
        device = kiosk_of_token(request.cookies.get(COOKIE))
        if device is None:
            return False
        join_room(_room(device.id))
        return None


def register(app: Flask) -> None:
    """Let kiosks listen on the application's Socket.IO."""
    live_of(app).on_namespace(Kiosks(NAMESPACE))


def call(app: Flask, kiosk_id: UUID) -> None:
    """Let the device ask at once what it is to do, in whatever process it listens."""
    live_of(app).emit("look", {}, namespace=NAMESPACE, to=_room(kiosk_id))


def _room(kiosk_id: UUID) -> str:
    return f"kiosk:{kiosk_id}"
