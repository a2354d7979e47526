"""The mail queue and the mailbox: what went out, how it looks, and sending it again."""

from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlalchemy import select

from core.kernel.activity import ActivityEntry
from core.kernel.db import db
from core.kernel.outbox import OutboxEvent
from core.messages.models import MailboxItem, Message, MessageAttempt
from tests.admin.conftest import SignIn
from tests.support.database import Sessions


def _mail(html: str, *, status: str = "sent", subject: str = "Your ticket") -> UUID:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "office@example.com", "maria@mail.example"
    made.set_content("plain words")
    made.add_alternative(html, subtype="html")
    html_part = made.get_payload()[1]
    html_part.add_related(b"\x89PNG", "image", "png", cid="<logo>")
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="ticket.pdf")
    made.add_attachment(b"<script>", maintype="text", subtype="html", filename="../evil.html")
    message = Message(
        cause=f"x:{subject}",
        kind="booking.confirmed",
        recipient="maria@mail.example",
        subject=subject,
        status=status,
    )
    db.session.add(message)
    db.session.flush()
    item = MailboxItem(message_id=message.id, raw=made.as_bytes())
    db.session.add(item)
    db.session.commit()
    return item.id


def test_a_mail_is_shown_in_a_sandbox_that_runs_and_loads_nothing(
    sign_in: SignIn, db_session: Sessions
) -> None:
    item = _mail("<p>Coach 4</p><img src='cid:logo'><script>alert(1)</script>")
    browser = sign_in("agent")
    assert f'sandbox="" src="/admin/mailbox/{item}/html"' in browser.get(f"/admin/mailbox/{item}/").text
    frame = browser.get(f"/admin/mailbox/{item}/html")
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert "src='data:image/png;base64,iVBORw=='" in frame.text or "data:image/png;base64" in frame.text


def test_attachments_are_only_ever_downloads(sign_in: SignIn, db_session: Sessions) -> None:
    item = _mail("<p>x</p>")
    browser = sign_in("agent")
    pdf = browser.get(f"/admin/mailbox/{item}/attachments/0")
    assert (pdf.data, pdf.mimetype) == (b"%PDF-1.7", "application/pdf")
    evil = browser.get(f"/admin/mailbox/{item}/attachments/1")
    assert evil.mimetype == "application/octet-stream"
    for answer in (pdf, evil):
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert browser.get(f"/admin/mailbox/{item}/attachments/2").status_code == 404


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe\x00", b"Content-Type: text/html; charset=nonsense\n\n\xff", b"Subject: =?utf-8?q?=\n\n"],
)
def test_a_damaged_mail_shows_what_can_be_read(raw: bytes, sign_in: SignIn, db_session: Sessions) -> None:
    item = _mail("<p>x</p>")
    db.session.get(MailboxItem, item).raw = raw
    db.session.commit()
    browser = sign_in("admin")
    assert browser.get(f"/admin/mailbox/{item}/").status_code == 200
    assert browser.get(f"/admin/mailbox/{item}/html").status_code == 200


def test_a_message_is_sent_again_and_that_is_logged(sign_in: SignIn, db_session: Sessions) -> None:
    _mail("<p>x</p>", status="failed")
    message = db.session.scalars(select(Message.id)).one()
    page = sign_in("agent").post(f"/admin/messages/{message}/resend", follow_redirects=True)
    assert "It goes out again." in page.text
    assert db.session.scalars(select(OutboxEvent.payload).where(OutboxEvent.kind == "message.send")).one()
    deed = db.session.scalars(select(ActivityEntry).where(ActivityEntry.action == "message.resent")).one()
    assert deed.before == {"status": "failed"}
    again = sign_in("manager").post(f"/admin/messages/{message}/resend", follow_redirects=True)
    assert "It goes out again." not in again.text


def test_all_that_failed_is_sent_again_by_one_click(sign_in: SignIn, db_session: Sessions) -> None:
    for subject in ("one", "two"):
        _mail("<p>x</p>", status="failed", subject=subject)
    _mail("<p>x</p>", subject="three")
    browser = sign_in("agent")
    assert "Send all that failed again" in browser.get("/admin/messages/?status=failed").text

    page = browser.post("/admin/messages/resend-failed", follow_redirects=True)

    assert "2 messages go out again." in page.text
    assert "Send all that failed again" not in page.text
    queued = db.session.scalars(
        select(Message.subject).where(Message.status == "queued").order_by(Message.id)
    )
    assert list(queued) == ["one", "two"]
    assert sign_in("gate").post("/admin/messages/resend-failed").status_code == 403


def test_a_message_shows_every_attempt_in_the_servers_words(sign_in: SignIn, db_session: Sessions) -> None:
    _mail("<p>x</p>", status="failed")
    message = db.session.scalars(select(Message.id)).one()
    for status, outcome in (("queued", "451 busy"), ("failed", "550 <b>no</b> such mailbox")):
        db.session.add(MessageAttempt(message_id=message, status=status, outcome=outcome))
    db.session.commit()

    browser = sign_in("agent")
    page = browser.get(f"/admin/messages/{message}/").text

    assert "451 busy" in page
    assert "550 &lt;b&gt;no&lt;/b&gt; such mailbox" in page
    assert f"/admin/messages/{message}/" in browser.get("/admin/messages/").text


def test_a_gate_sends_nothing(sign_in: SignIn, db_session: Sessions) -> None:
    _mail("<p>x</p>")
    message = db.session.scalars(select(Message.id)).one()
    assert sign_in("gate").post(f"/admin/messages/{message}/resend").status_code == 403
