"""Every payment test begins with the same cast; the gateway is a real process, the office a real server."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.serving import make_server

from core.kernel.db import db, transaction
from core.kernel.errors import DomainError
from core.kernel.settings import Settings
from core.payments import records
from core.payments.gateways.base import Gateway, GatewayEvent
from core.payments.gateways.catalogue import gateway
from core.payments.refunds import settle_refund_event
from tests.core.payments.cast import Stage, set_stage
from tests.support.database import FreshDatabase, Sessions
from tests.support.gateway import GatewayProcess, until
from tests.support.mail import free_port


@pytest.fixture
def stage(db_session: Sessions) -> Stage:
    """An operator with a reservation of 50.00 RON."""
    return set_stage()


@dataclass
class Office:
    """A small ticket office behind a real port: it takes webhooks as the real one does and keeps what it read."""

    app: Flask
    url: str
    gateway: Gateway
    gateway_url: str
    secret: str
    process: GatewayProcess
    heard: list[tuple[GatewayEvent, str]] = field(default_factory=list)
    raw: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    closed: bool = False
    """Answers 503 to webhooks while it is set."""

    def effects(self) -> list[str]:
        return [effect for _, effect in self.heard]

    def hear(self, count: int = 1) -> list[tuple[GatewayEvent, str]]:
        """Wait until so many messages have come."""
        until(lambda: len(self.heard) >= count)
        return self.heard


@pytest.fixture
def office(fresh_database: FreshDatabase, gateway_process: GatewayProcess) -> Iterator[Office]:
    """An office on a database of its own that knows the gateway, with nothing heard yet."""
    port = free_port()
    made = fresh_database.settings.model_copy(update={"port": port, "public_url": f"http://127.0.0.1:{port}"})
    app = _office_app(made)
    fresh_database.use(app)
    with app.app_context():
        office = Office(
            app,
            made.public_url,
            gateway("simulated"),
            made.simulated_gateway_url,
            made.simulated_gateway_secret,
            gateway_process,
        )
        app.extensions["office"] = office
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield office
        server.shutdown()
        thread.join(5)
        server.server_close()
        db.session.remove()


def _office_app(settings: Settings) -> Flask:
    app = Flask(__name__)
    app.config.update(SETTINGS=settings, SQLALCHEMY_DATABASE_URI=settings.database_url)
    db.init_app(app)
    app.register_blueprint(_webhooks)
    return app


_webhooks = Blueprint("webhooks", __name__)


@_webhooks.get("/home")
def _home() -> str:
    return "<link rel=icon href=data:,><h1>Home</h1>"


@_webhooks.post("/api/v1/payments/webhook/simulated")
def _take_webhook() -> Response:
    from flask import current_app

    office: Office = current_app.extensions["office"]
    if office.closed:
        return Response(status=503)
    office.raw.append((dict(request.headers), request.get_data()))
    try:
        event = gateway("simulated").read_webhook(dict(request.headers), request.get_data())
    except DomainError as error:
        answer = jsonify(code=error.code)
        answer.status_code = error.status
        return answer
    office.heard.append((event, _settle(event)))
    return Response(status=204)


def _settle(event: GatewayEvent) -> str:
    """As the ticket office does it, without seats."""
    with transaction():
        row = records.record_event("simulated", event, "completed")
        if row is None:
            return "duplicate"
        effect = _effect(row, event)
        records.set_effect(row.id, effect)
        return effect


def _effect(row: records.EventRow, event: GatewayEvent) -> str:
    if event.kind.startswith("refund."):
        return settle_refund_event(event)
    if row.payment_id is None:
        return "parked"
    facts = records.lock_payment(row.payment_id)
    assert facts is not None
    if event.kind == "payment.failed":
        return "failed" if records.fail(row.payment_id, event.failure) else "ignored"
    if event.amount != facts.amount:
        return "wrong_amount"
    return "completed" if records.complete(row.payment_id, event.reference) else "ignored"
