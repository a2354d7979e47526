"""The fixed cast of the API's tests: each is a client that signs its requests in its own way. Those who take cash stand at
an open drawer.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts import api_keys, callers, kiosks, tokens, users
from core.accounts.models import User
from core.accounts.rules import allowed
from core.kernel.activity import SYSTEM
from core.kernel.context import settings
from core.payments.gateways.simulated import signing
from tests.support.till import open_till

PASSWORD = "correct horse battery"
STAFF = ("agent", "gate", "manager", "admin")


@dataclass
class Person:
    """Somebody who asks. `headers` are sent along with everything."""

    client: FlaskClient
    name: str
    headers: dict[str, str] = field(default_factory=dict)
    user: User | None = None

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any) -> TestResponse:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> TestResponse:
        return self.send("DELETE", path)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        data = None if body is None else body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.open(
            f"/api/v1{path}", method=method, data=data, headers=sent,
            content_type="application/json" if data is not None else None,
        )  # fmt: skip


@dataclass
class Cast:
    """Everyone who is in the play."""

    client: FlaskClient
    station: UUID
    _met: dict[str, Person] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Person:
        if name not in self._met:
            self._met[name] = self._meet(name)
        return self._met[name]

    def __getattr__(self, name: str) -> Person:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def _meet(self, name: str) -> Person:
        if name in {"guest", "other_guest"}:
            return Person(self.client, name, {"X-Guest-Session": callers.sign_guest(uuid4().hex)})
        if name == "kiosk":
            kiosk_id, code = kiosks.prepare(self.station, "Kiosk 1", SYSTEM)
            open_till(kiosk_id, "kiosk")
            return Person(self.client, name, {"Authorization": f"Bearer {kiosks.claim(code)}"})
        if name == "partner":
            _, secret = api_keys.create("Partner Travel", ["bookings.read"], SYSTEM)
            return Person(self.client, name, {"X-Api-Key": secret})
        if name == "nobody":
            return Person(self.client, name)
        role = name if name in STAFF else "customer"
        user = users.create(f"{name}@example.org", name.title(), PASSWORD, SYSTEM, role=role)
        if allowed(role, "money.cash"):
            open_till(user.id)
        token = tokens.access_token(user.id, role)
        return Person(self.client, name, {"Authorization": f"Bearer {token}"}, user)


def gateway_says(client: FlaskClient, payment_id: str, amount: dict[str, Any], **more: Any) -> TestResponse:
    """The simulated gateway's signed message about a payment, as it would arrive."""
    message = {
        "event_id": str(uuid4()),
        "kind": "payment.completed",
        "reference": f"ref-{payment_id}",
        "payment_id": payment_id,
        "amount": amount,
        **more,
    }
    body = json.dumps(message).encode()
    headers = {signing.HEADER: signing.sign(settings().simulated_gateway_secret, body)}
    return client.post(
        "/api/v1/payments/webhook/simulated", data=body, headers=headers, content_type="application/json"
    )
