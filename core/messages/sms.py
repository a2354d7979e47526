"""Text messages: the few words of each kind, and the gateway that takes them over plain HTTP.

The gateway is asked ``POST {"to": "+351...", "text": "...", "id": "..."}`` with the token as a bearer token. The id is the
same however often a message is tried, so that a gateway (or whoever stands before one) can tell a repetition: 409 says
that it has it already. Any 2xx: taken. Nothing is written while no gateway is set.
"""

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from core.booking.links import ticket_address
from core.kernel.context import settings
from core.kernel.languages import known_language, words_of
from core.messages import http_out
from core.messages.causes import Cause
from core.messages.compose import page_of
from core.messages.errors import Refused, TryLater, Unreachable
from core.messages.letters import one_line
from core.messages.own_words import own_for
from core.messages.page import Page, words_said

if TYPE_CHECKING:
    from core.messages.channels import Outgoing

#: Three messages of the GSM alphabet in one; of others a little more than four.
LONGEST = 300
#: Kinds after which the tickets are of use.
_WITH_TICKETS = frozenset(
    {"booking.confirmed", "booking.changed", "reminder.due", "schedule.delayed", "schedule.platform"}
)
#: The gateway does not let us in: that is so for every message.
_KEPT_OUT = (401, 403)
_HAS_IT = 409
_BUSY = (408, 425, 429)


class SmsWay:
    """Hands a short text to the gateway of the settings."""

    def send(self, out: "Outgoing") -> tuple[str, str]:
        """See `Way`. What the gateway answers is kept; an answer of 4xx is final, anything else is tried again."""
        message = out.message
        cause = Cause.parse(message.cause)
        text = text_of(cause.kind, cause.subject_id, message.language, message.booking_id)
        return text, _handed_over(message.recipient, text, out.name)


def text_of(kind: str, subject_id: UUID, language: str, booking_id: UUID | None) -> str:
    """The words of a kind: who writes, the subject of its letter, the reference, and a link that is never cut. Raises
    NotFound when what it is about is no longer there.
    """
    chosen = known_language(language)
    page = page_of(kind, subject_id, chosen)
    said = f"{page.operator.name}: {words_said(page, chosen, own_for(kind, subject_id, chosen)).subject}."
    ends = [each for each in (_reference(page, chosen), _link(page, booking_id)) if each]
    room = LONGEST - sum(len(each) + 1 for each in ends)
    return " ".join([one_line(said, max(room, 0)), *ends])


def _reference(page: Page, language: str) -> str:
    label = words_of(language).gettext("Booking reference")
    shown = page.values.get("reference") or next((f.value for f in page.facts if f.label == label), None)
    return f"{label}: {one_line(str(shown), 40)}." if shown else ""


def _link(page: Page, booking_id: UUID | None) -> str:
    if page.link:
        return page.link.address
    return ticket_address(booking_id) if booking_id and page.kind in _WITH_TICKETS else ""


def _handed_over(number: str, text: str, name: str) -> str:
    url = settings().sms_url
    if not url:
        raise Refused("No gateway for text messages is set (BOOKINGHALL_SMS_URL).")
    body = json.dumps({"to": number, "text": text, "id": name}).encode()
    try:
        answer = http_out.post(url, body, _headers(name), http_out.anywhere)
    except (http_out.NotReached, http_out.NotAllowed) as error:
        raise Unreachable(str(error)) from error
    except http_out.NoAnswer as error:
        raise TryLater(str(error)) from error
    _judge(answer)
    return f"taken by {urlsplit(url).hostname}: {answer}"


def _headers(name: str) -> dict[str, str]:
    token = settings().sms_token
    known = {"Authorization": f"Bearer {token}"} if token else {}
    return {"Content-Type": "application/json", "Idempotency-Key": name, **known}


def _judge(answer: http_out.Answer) -> None:
    if answer.status in _KEPT_OUT:
        raise Unreachable(str(answer))
    if 200 <= answer.status < 300 or answer.status == _HAS_IT:
        return
    if 400 <= answer.status < 500 and answer.status not in _BUSY:
        raise Refused(str(answer))
    raise TryLater(str(answer))
