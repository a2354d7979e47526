"""Mail, text messages and webhooks: the queue with the outcome of every message, and the mailbox that catches them where no mail server is set."""

import base64
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, ClassVar

from flask import Response, jsonify, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import escape
from sqlalchemy import Select, func, select
from sqlalchemy.orm import defer, joinedload

from admin import access, formats
from admin.base_views import StaffList, StaffView, attempted
from admin.choices import word_choices
from admin.listing import LAST_PAGE, Column, as_uuid, equals, on_day, tidy
from admin.security import MAIL_POLICY
from admin.views.sales import boards_here
from core.booking.models import Booking
from core.kernel.context import settings
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.messages.models import Channel, MailboxItem, Message, MessageAttempt, MessageStatus
from core.messages.resend import resend as send_again
from core.messages.resend import resend_failed

#: So many failed messages are sent again by one click; the next click takes the next ones.
_AT_ONCE = 500


class Messages(StaffList):
    """Every message with its outcome."""

    permission = "messages.read"
    list_template = "admin/messages.html"
    by_time = True
    search_label = _l("Recipient or booking reference")
    order = (Message.created_at.desc(),)
    columns: ClassVar = [
        Column(
            "created_at", _l("When"), lambda m: formats.when(m.created_at), Message.created_at, align="tight"
        ),
        Column("subject", _l("Subject"), lambda m: m.subject or formats.words(m.kind)),
        Column("channel", _l("By"), lambda m: formats.words(m.channel)),
        Column("recipient", _l("To"), lambda m: m.recipient),
        Column("status", _l("Status"), lambda m: formats.state(m.status)),
        Column("attempts", _l("Tries"), lambda m: m.attempts, align="r"),
        Column("outcome", _l("Outcome"), lambda m: (m.outcome or "")[:120]),
    ]
    filters: ClassVar = [
        equals("status", _l("Status"), Message.status, word_choices(MessageStatus)),
        equals("channel", _l("By"), Message.channel, word_choices(Channel)),
        on_day("day", _l("Day"), Message.created_at),
    ]

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        if not access.stations():
            return statement
        joined = statement.outerjoin(Booking, Booking.id == Message.booking_id)
        return boards_here(joined, func.coalesce(Message.reservation_id, Booking.reservation_id))

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        sold = select(Booking.id).where(Booking.reference == text.upper())
        return statement.where((Message.recipient == text) | Message.booking_id.in_(sold))

    def row_url(self, row: Any) -> str | None:
        return url_for("messages.details", message_id=row.id)

    def list_extras(self) -> dict[str, Any]:
        failed = db.session.scalars(self._failed().limit(1)).first()
        return {"may_resend": access.may("messages.resend"), "some_failed": failed is not None}

    def _failed(self) -> Select[Any]:
        """What waits for a person, oldest first."""
        found = select(Message.id).where(Message.status == MessageStatus.FAILED)
        return self.narrow(found).order_by(Message.created_at)

    @expose("/<message_id>/")
    def details(self, message_id: str) -> str:
        """One message with all attempts to send it, the last ones first."""
        message = self.get_one(message_id)
        if message is None:
            raise NotFound(_("There is no such message."))
        tried = select(MessageAttempt).where(MessageAttempt.message_id == message.id)
        attempts = db.session.scalars(tried.order_by(MessageAttempt.id.desc()).limit(LAST_PAGE)).all()
        more = {"attempts": attempts, "may_resend": access.may("messages.resend")}
        return str(self.render("admin/message.html", message=message, **more))

    @expose("/resend-failed", methods=("POST",))
    def resend_all(self) -> Any:
        """Send again what has failed, as far as it is this person's to see."""
        access.require("messages.resend")
        found, who = list(db.session.scalars(self._failed().limit(_AT_ONCE))), access.actor()
        return attempted(
            ngettext("One message goes out again.", "%(num)s messages go out again.", len(found)),
            url_for("messages.index_view"),
            lambda: resend_failed(found, who),
        )

    @expose("/<message_id>/resend", methods=("POST",))
    def resend(self, message_id: str) -> Any:
        """Send a message again."""
        access.require("messages.resend")
        message = self.get_one(message_id)
        if message is None:
            raise NotFound
        found, who = message.id, access.actor()
        return attempted(
            _("It goes out again."),
            request.referrer or url_for("messages.index_view"),
            lambda: send_again(found, who),
        )


class Mailbox(StaffView):
    """What would have gone out, to be read here while no mail server is set."""

    permission = "messages.read"

    def is_visible(self) -> bool:
        return not settings().smtp_host

    @expose("/")
    @expose("/<item_id>/")
    def index(self, item_id: str = "") -> str:
        items = _items(tidy(request.args.get("q")))
        chosen = one(item_id) if item_id else None
        mail = Mail.of(chosen) if chosen else None
        return str(
            self.render(
                "admin/mailbox.html", items=items, chosen=chosen, mail=mail, q=tidy(request.args.get("q"))
            )
        )

    @expose("/list.json")
    def newest(self) -> Response:
        """Ids of the newest, for the page to see whether something arrived."""
        return jsonify({"ids": [str(item.id) for item in _items("")]})

    @expose("/<item_id>/html")
    def html(self, item_id: str) -> Response:
        """The mail's HTML, locked into a sandbox: nothing runs, nothing is loaded from anywhere."""
        answer = Response(Mail.of(one(item_id)).html, mimetype="text/html")
        answer.headers["Content-Security-Policy"] = MAIL_POLICY
        return answer

    @expose("/<item_id>/attachments/<int:number>")
    def attachment(self, item_id: str, number: int) -> Response:
        """One attachment, always as a download."""
        parts = Mail.of(one(item_id)).attachments
        if number >= len(parts):
            raise NotFound
        part = parts[number]
        answer = Response(part.content, mimetype=part.kind)
        answer.headers.set("Content-Disposition", "attachment", filename=part.name)
        return answer


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail taken apart: heads as text, a body that is safe to frame, its files."""

    subject: str
    sender: str
    recipient: str
    html: str
    attachments: list[Attachment]

    @classmethod
    def of(cls, item: MailboxItem) -> "Mail":
        """Read RFC 5322 bytes; a damaged mail shows what can be read of it."""
        parsed = message_from_bytes(item.raw, policy=policy.default)
        files = [_attachment(part) for part in parsed.iter_attachments()]
        heads = [str(parsed.get(name, "")) for name in ("Subject", "From", "To")]
        return cls(heads[0], heads[1], heads[2], _body(parsed), files)


def _body(parsed: EmailMessage) -> str:
    part = parsed.get_body(("html",))
    if part is None:
        plain = parsed.get_body(("plain",))
        words = _text(plain) if plain is not None else ""
        return f"<!doctype html><meta charset='utf-8'><pre style='white-space:pre-wrap;font:15px system-ui'>{escape(words)}</pre>"
    return _with_pictures(_text(part), parsed)


def _text(part: Any) -> str:
    """The words of a part, also of one that names an encoding that there is not."""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _with_pictures(html: str, parsed: EmailMessage) -> str:
    """Pictures that the mail brings along (``cid:``) put into it, because a sandbox may load nothing."""
    found: dict[str, str] = {}
    for part in parsed.walk():
        name = str(part.get("Content-ID", "")).strip("<> ")
        if name and part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_payload(decode=True) or b"").decode()  # type: ignore[arg-type]  # with decode=True it is bytes
            found[name] = f"data:{part.get_content_type()};base64,{data}"
    return re.sub(r"cid:([^\"'\s)>]+)", lambda match: found.get(match.group(1), "about:blank"), html)


def _attachment(part: Any) -> Attachment:
    content = part.get_payload(decode=True) or b""
    kind = (
        part.get_content_type()
        if part.get_content_maintype() in {"application", "image"}
        else "application/octet-stream"
    )
    return Attachment(part.get_filename() or "attachment", kind, content)


def one(item_id: str) -> MailboxItem:
    """The item within the stations of the person who is signed in. Raises NotFound."""
    found = as_uuid(item_id)
    statement = _mine(select(MailboxItem).options(joinedload(MailboxItem.message)))
    item = db.session.scalar(statement.where(MailboxItem.id == found)) if found else None
    if item is None:
        raise NotFound(_("There is no such mail."))
    return item


def _items(text: str) -> list[MailboxItem]:
    statement = select(MailboxItem).options(defer(MailboxItem.raw), joinedload(MailboxItem.message))
    if text:
        statement = statement.where(
            MailboxItem.message_id.in_(select(Message.id).where(Message.recipient == text))
        )
    return list(db.session.scalars(_mine(statement).order_by(MailboxItem.id.desc()).limit(LAST_PAGE)))


def _mine(statement: Select[Any]) -> Select[Any]:
    if not access.stations():
        return statement
    joined = statement.join(Message, Message.id == MailboxItem.message_id).join(
        Booking, Booking.id == Message.booking_id
    )
    return boards_here(joined, Booking.reservation_id)
