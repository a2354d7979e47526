"""An operator's own endpoint: each event of its sales as signed JSON.

``POST {"id", "event", "at", "operator", "data"}``; `data` has ids and words, nothing of persons: whoever wants more asks
the API. `id` is the same for each repetition. ``X-Bookinghall-Signature: t=<unix seconds>,v1=<hex>`` is HMAC-SHA256 over
``<t>.<body>`` with the secret that the operator's page in the admin shows. Any 2xx takes it; 410 ends it at once; all else is
tried again for a day.
"""

import hmac
import json
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from core.kernel.context import settings
from core.messages import http_out
from core.messages.causes import Cause
from core.messages.errors import Refused, TryLater, Unreachable
from core.messages.events import Event, event_about
from core.messages.models import Message
from core.payments.gateways.simulated.signing import HEADER, sign

if TYPE_CHECKING:
    from core.messages.channels import Outgoing

_GONE = 410


class WebhookWay:
    """Calls the endpoint that the message names, if it is still its operator's."""

    def send(self, out: "Outgoing") -> tuple[str, str]:
        """See `Way`. One that cannot be reached, or is silent, is `Unreachable`: its other events wait behind this one."""
        message = out.message
        cause = Cause.parse(message.cause)
        event = event_about(cause.kind, cause.subject_id)
        if event.url != message.recipient:
            raise Refused("This is no longer the address of the operator's webhook.")
        body = body_of(message, cause, event)
        secret = secret_of(event.operator_id, event.key)
        try:
            answer = http_out.post(message.recipient, body, _headers(secret, body), may_reach)
        except http_out.NotAllowed as error:
            raise Refused(str(error)) from error
        except (http_out.NotReached, http_out.NoAnswer) as error:
            raise Unreachable(str(error)) from error
        if answer.status == _GONE:
            raise Refused(str(answer))
        if not 200 <= answer.status < 300:
            raise TryLater(str(answer))
        return cause.kind, f"taken: {answer.status}"


def secret_of(operator_id: UUID, key: int) -> str:
    """What signs the events of an operator: made from the office's own secret, kept nowhere."""
    said = f"webhook:{operator_id}:{key}".encode()
    return "whsec_" + hmac.new(settings().secret_key.encode(), said, sha256).hexdigest()


def body_of(message: Message, cause: Cause, event: Event) -> bytes:
    """What is sent: the event with things as they are now. Times are UTC."""
    said = {
        "id": str(message.id),
        "event": cause.kind,
        "at": message.created_at.astimezone(UTC).isoformat(),
        "operator": event.operator,
        "data": event.data,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def may_reach(host: str, address: http_out.Address) -> bool:
    """Whether a webhook may call this: the public internet, and what the settings name."""
    named = {each.strip().lower() for each in settings().webhook_private_hosts.split(",")}
    return http_out.public(address) or host.lower() in named or str(address) in named


def name_of(url: str) -> str:
    """The host of a webhook, for people to read."""
    return urlsplit(url).hostname or url


def _headers(secret: str, body: bytes) -> dict[str, str]:
    return {"Content-Type": "application/json", "User-Agent": "Bookinghall", HEADER: sign(secret, body)}
