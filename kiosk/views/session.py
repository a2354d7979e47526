"""The page's standing requests: is the office there, a fresh token, the heartbeat."""

from typing import Any

from flask import Response, jsonify, request
from flask_wtf.csrf import generate_csrf

from core.accounts.kiosk_heartbeat import VERSION, heartbeat
from core.kernel.clock import now
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
    """Every ten seconds: the machine's state comes in; whether and how it may go on, and a fresh token, go back."""
    found = device.device()
    told = request.get_json(silent=True)
    standing = heartbeat(found.id, _state(told if isinstance(told, dict) else {})) if found else None
    if standing is None:
        return jsonify(paired=False, token=generate_csrf())
    return jsonify(
        paired=True,
        token=generate_csrf(),
        now=now().isoformat(),
        version=VERSION,
        out_of_order=standing.out_of_order,
        message=standing.message,
        methods=standing.methods,
        reload=standing.reload,
    )


def _state(told: dict[str, Any]) -> dict[str, Any]:
    """What the page says; from its clock (milliseconds) follows by how many seconds it is off."""
    kept = {name: value for name, value in told.items() if name in ("version", "screen")}
    clock = told.get("clock")
    if isinstance(clock, int | float) and 0 <= clock < 1e14:
        kept["clock_off"] = round(clock / 1000 - now().timestamp())
    return kept
