"""Messages from cause to outcome, with a real database and a real mail server."""

from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlalchemy import select, text

from core.booking.queries import booking_view
from core.booking.sale import lock_sale
from core.booking.settle import give_back
from core.kernel import outbox
from core.kernel.activity import ActivityEntry, Actor
from core.kernel.context import settings
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.messages.compose import KINDS, compose
from core.messages.errors import StillWaiting, TryLater
from core.messages.handlers import booking_confirmed, message_send, payment_late, refund_processed
from core.messages.letters import mail
from core.messages.models import MailboxItem, Message
from core.messages.resend import resend
from core.tickets.keys import public_keys
from core.tickets.qr import verify
from core.tickets.queries import tickets_of
from tests.support.bad_strings import STORABLE
from tests.support.codes import codes_in_pdf, codes_in_png
from tests.support.html import Tags
from tests.support.mail import MailServer
from tests.support.sales import sell

pytestmark = pytest.mark.usefixtures("db_session")
MAIL_ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "h1", "p", "b", "br", "img",
    "bdi", "s", "a",
}  # fmt: skip
CLERK = Actor("user", "clerk", "Station clerk")


@pytest.fixture
def smtp(smtp_server: MailServer, db_session: object, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """The office sends through this server."""
    sends_through(smtp_server, monkeypatch)
    return smtp_server


def sends_through(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = settings().model_copy(update={"smtp_host": server.host, "smtp_port": server.port})
    monkeypatch.setattr("core.messages.transports.settings", lambda: changed)


def tell(booking_id: UUID) -> None:
    booking_confirmed(1, {"booking_id": str(booking_id)})


def the_message() -> Message:
    return db.session.execute(select(Message).execution_options(populate_existing=True)).scalar_one()


def parts(sent: EmailMessage, kind: str) -> list[EmailMessage]:
    return [part for part in sent.walk() if part.get_content_type() == kind]


def test_the_ticket_arrives_with_codes_that_a_scanner_reads(smtp: MailServer) -> None:
    booking_id = sell(0, 1, names=["Ștefania Țăndărică", "Ion"])
    codes = [each.qr for each in tickets_of(booking_id)]

    tell(booking_id)

    (arrived,) = smtp.messages
    assert smtp.recipients == [["alice@example.org"]]
    assert arrived["Subject"].startswith("Your tickets: Lisboa – Porto, ")
    (pdf,) = parts(arrived, "application/pdf")
    assert codes_in_pdf(pdf.get_content()) == [[code] for code in codes]
    assert [codes_in_png(picture.get_content()) for picture in parts(arrived, "image/png")] == [
        [c] for c in codes
    ]
    assert [verify(code, public_keys()).seat for code in codes] == ["1A", "1B"]
    booking = booking_view(booking_id)
    assert booking is not None
    for body in (*parts(arrived, "text/plain"), *parts(arrived, "text/html")):
        assert booking.spoken_reference in body.get_content()
        assert "Ștefania Țăndărică" in body.get_content()


def test_the_outcome_is_kept_with_the_message(smtp: MailServer) -> None:
    booking_id = sell(0)

    tell(booking_id)

    message = the_message()
    assert (message.status, message.attempts, message.booking_id) == ("sent", 1, booking_id)
    assert message.outcome == "taken by 127.0.0.1"
    assert message.subject is not None
    assert message.subject.startswith("Your ticket: ")
    assert message.sent_at is not None


def test_told_twice_it_is_sent_once(smtp: MailServer) -> None:
    booking_id = sell(0)

    tell(booking_id)
    tell(booking_id)

    assert len(smtp.messages) == 1


def test_without_an_address_nobody_is_written_to(smtp: MailServer) -> None:
    tell(sell(0, email=None))

    assert smtp.messages == []
    assert db.session.execute(select(Message)).first() is None


def test_without_a_mail_server_the_mailbox_keeps_it() -> None:
    booking_id = sell(0)

    tell(booking_id)

    item = db.session.execute(select(MailboxItem)).scalar_one()
    assert b"Subject: =?utf-8?" in item.raw
    assert item.message_id == the_message().id


def test_a_busy_server_is_tried_again_and_the_reason_kept(smtp: MailServer) -> None:
    booking_id = sell(0)
    smtp.refuse = "451 try later"

    with pytest.raises(TryLater):
        tell(booking_id)
    waiting = the_message()
    assert (waiting.status, waiting.outcome) == ("queued", "451 try later")

    smtp.refuse = None
    tell(booking_id)
    assert (the_message().status, the_message().attempts) == ("sent", 2)


def test_a_final_refusal_is_recorded_and_not_tried_again(smtp: MailServer) -> None:
    booking_id = sell(0)
    smtp.refuse = "550 no such mailbox"

    tell(booking_id)
    smtp.refuse = None
    tell(booking_id)

    assert (the_message().status, the_message().outcome) == ("failed", "550 no such mailbox")
    assert smtp.messages == []


def test_after_the_last_attempt_a_message_has_failed(
    smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.messages.rules.BACK_OFF", (2,))
    booking_id = sell(0)
    smtp.refuse = "451 try later"

    with pytest.raises(TryLater):
        tell(booking_id)
    tell(booking_id)

    assert (the_message().status, the_message().outcome) == (
        "failed",
        "Given up after 2 attempts. 451 try later",
    )


def test_a_message_is_sent_again_by_a_click(smtp: MailServer) -> None:
    tell(sell(0))

    resend(the_message().id, CLERK)
    ((event_id, _),) = outbox.waiting(("message.send",))
    message_send(event_id, {"message_id": str(the_message().id), "again": True})

    first, second = smtp.messages
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Subject"] == second["Subject"]
    deed = db.session.execute(
        select(ActivityEntry).where(ActivityEntry.action == "message.resent")
    ).scalar_one()
    assert (deed.actor_id, deed.subject_id) == ("clerk", str(the_message().id))


def test_a_waiting_message_is_not_queued_twice(smtp: MailServer) -> None:
    tell(sell(0))
    resend(the_message().id, CLERK)

    with pytest.raises(StillWaiting):
        resend(the_message().id, CLERK)
    with pytest.raises(NotFound):
        resend(new_id(), CLERK)


def test_late_money_is_explained_and_its_return_announced(smtp: MailServer) -> None:
    refund_id = owed_back(sell(0))

    payment_late(1, {"refund_id": str(refund_id)})
    refund_processed(2, {"refund_id": str(refund_id)})
    payment_late(3, {"refund_id": str(refund_id)})

    late, processed = smtp.messages
    assert late["Subject"] == "Your payment of €26.00 goes back to you"
    assert processed["Subject"] == "€26.00 is on its way back to you"
    for body in (*parts(late, "text/plain"), *parts(late, "text/html")):
        assert "The seats had been sold &amp; gone." in body.get_content().replace(
            "sold & gone", "sold &amp; gone"
        )
        assert "Lisboa – Porto" in body.get_content()


def test_a_second_payment_goes_back_without_frightening_anybody(smtp: MailServer) -> None:
    """The booking of the first payment stands: nobody is told that there is no ticket."""
    booking_id = sell(0)
    booking = booking_view(booking_id)
    assert booking is not None

    payment_late(1, {"refund_id": str(owed_back(booking_id))})

    for body in (*parts(smtp.messages[0], "text/plain"), *parts(smtp.messages[0], "text/html")):
        assert f"Your booking {booking.spoken_reference} stays as it is" in body.get_content()
        assert "No ticket was issued" not in body.get_content()


def test_late_money_without_a_booking_says_so(smtp: MailServer) -> None:
    refund_id = owed_back(sell(0))
    with transaction() as session:
        session.execute(text("DELETE FROM tickets"))
        session.execute(text("DELETE FROM bookings"))

    payment_late(1, {"refund_id": str(refund_id)})

    assert "No ticket was issued" in parts(smtp.messages[0], "text/plain")[0].get_content()


def owed_back(booking_id: UUID) -> UUID:
    """The sale's money is owed back."""
    booking = booking_view(booking_id)
    assert booking is not None
    sale = booking.reservation
    with transaction():
        return give_back(
            lock_sale(sale.id), sale.payments[0].id, Money(2600, "EUR"), "The seats had been sold & gone."
        )


@pytest.mark.parametrize("part", range(4))
def test_hostile_names_are_mailed_as_they_are(part: int) -> None:
    """Places, operator and route bear naughty strings; the mail is still one mail, with its code."""
    booking_id = sell(0)
    booking = booking_view(booking_id)
    assert booking is not None
    for name in STORABLE[part::40]:
        with transaction() as session:
            session.execute(
                text("UPDATE operators SET name = :n, email = :n, address = :n"), {"n": name[:200]}
            )
            session.execute(
                text(
                    "UPDATE tickets SET facts = facts || jsonb_build_object('passenger_name', CAST(:n AS text),"
                    " 'origin', CAST(:n AS text), 'route_name', CAST(:n AS text))"
                ),
                {"n": name},
            )
        letter = compose("booking.confirmed", booking_id, "en")
        tags = Tags(letter.html)
        assert tags.seen <= MAIL_ELEMENTS, name
        assert not tags.running, name
        sent = mail(letter, "tickets@example.org", "alice@example.org", "name", booking.confirmed_at)
        assert [part.get_content_type() for part in sent.walk()].count("application/pdf") == 1


def test_no_kind_is_written_about_what_is_not_there() -> None:
    for kind in KINDS:
        with pytest.raises(NotFound):
            compose(kind, new_id(), "en")
