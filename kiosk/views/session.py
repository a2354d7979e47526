"""The page's standing requests: is the office there, a fresh token, the heartbeat."""

from flask import Response, jsonify, request
from flask_wtf.csrf import generate_csrf

from core.accounts.kiosks import heartbeat
from kiosk import device
from kiosk.views.site import blueprint


@blueprint.get("/api/ping")
def ping() -> Response:
    """Says only that somebody answers."""
    return jsonify(ok=True)


@blueprint.get("/api/token")
def token() -> Response:
    """A fresh CSRF token. Another site cannot read it: no cross-origin answer is allowed here."""
    return jsonify(token=generate_csrf())


@blueprint.post("/api/heartbeat")
def beat() -> Response:
    """Every ten seconds: the machine's state comes in, whether it may go on and a fresh token go back."""
    found = device.device()
    state = request.get_json(silent=True)
    alive = found is not None and heartbeat(found.id, state if isinstance(state, dict) else {})
    return jsonify(paired=alive, token=generate_csrf())
