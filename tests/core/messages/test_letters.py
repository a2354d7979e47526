"""From words to a mail: every alphabet arrives, nothing typed gets into a header."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages.errors import Refused
from core.messages.letters import Attachment, Letter, Picture, mail, one_line, wire
from tests.support.bad_strings import BAD_STRINGS

MOMENT = datetime(2026, 11, 20, 12, 45, tzinfo=UTC)
FROM = "Bookinghall <tickets@example.org>"


def sent(letter: Letter, recipient: str = "alice@example.org", sender: str = FROM) -> EmailMessage:
    """The mail as the other side reads it from its bytes."""
    made = mail(letter, sender, recipient, "name", MOMENT)
    read = message_from_bytes(made.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def _raw(read: EmailMessage, name: str) -> str:
    """A header as it is on the wire: Python's own reading puts spaces between encoded words, which RFC 2047 forbids."""
    return next(str(value) for header, value in read.raw_items() if header == name)


def said(text: str) -> Letter:
    return Letter(text, text, f"<p>{text}</p>")


def test_a_letter_has_both_forms_pictures_and_files() -> None:
    letter = Letter(
        "S", "plain", "<img src='cid:qr-1'>", [Picture("qr-1", b"png")], [Attachment("t.pdf", b"pdf")]
    )

    read = sent(letter)

    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/pdf",
    ]  # fmt: skip
    picture, file = list(read.walk())[-2:]
    assert (picture["Content-ID"], picture.get_content()) == ("<qr-1>", b"png")
    assert (file.get_filename(), file.get_content()) == ("t.pdf", b"pdf")


def test_every_alphabet_arrives() -> None:
    text = "Ștefania Țăndărică – Γιώργος – Иван – 山田太郎 – محمد – 🚌"
    name = "Autogara Militari – Bucureşti și Ploieşti – Transcarpatic Călători și Fiii – Τρένα"

    read = sent(said(text), sender=f"{name} <tickets@example.org>")

    assert read["Subject"] == text
    assert str(make_header(decode_header(_raw(read, "From")))) == f"{name} <tickets@example.org>"
    assert text in read.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    "subject", ["a\r\nBcc: eve@example.org", "a\nX: y", "a\rb", "a\x00b", "a\u2028b", "a\x85b"]
)
def test_a_subject_is_one_line_whatever_is_typed(subject: str) -> None:
    read = sent(said(subject))

    assert set(read.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert "\n" not in read["Subject"]


def test_naughty_strings_arrive_and_add_no_header() -> None:
    headers = sent(said("x")).keys()
    for text in BAD_STRINGS:
        read = sent(said(text))
        assert read.keys() == headers
        assert read["Subject"].strip() == one_line(text)
        assert read["To"].addresses[0].addr_spec == "alice@example.org"


@given(st.text())
def test_any_text_makes_a_mail(text: str) -> None:
    assert sent(said(text))["Subject"] is not None


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "x",
        "@",
        "a@",
        "@b",
        "a@b\r\nBcc: eve@example.org",
        "a b@c",
        "\x00@x",
        "a@b@c",
        "ș,x@b",
        "ș\x00@b",
        "<>",
        "a@b, c@d\n",
    ],
)
def test_what_is_no_address_is_refused(recipient: str) -> None:
    with pytest.raises(Refused):
        mail(said("x"), FROM, recipient, "name", MOMENT)


@pytest.mark.parametrize("recipient", ["ștefania@example.org", "alice@bücher.example", "иван@пример.example"])
def test_addresses_beyond_ascii_are_written_whole(recipient: str) -> None:
    username, _, domain = recipient.partition("@")

    written = wire(mail(said("x"), FROM, recipient, "name", MOMENT))

    assert f"\r\nTo: {username}@{domain.encode('idna').decode()}\r\n".encode() in written


def test_a_broken_address_for_answers_is_left_out() -> None:
    letter = Letter("S", "p", "<p>h</p>", reply_to="not an address")

    assert sent(letter)["Reply-To"] is None
    assert sent(Letter("S", "p", "<p>h</p>", reply_to="ok@example.org"))["Reply-To"] == "ok@example.org"


def test_long_texts_for_headers_are_cut() -> None:
    assert len(one_line("x" * 5000)) == 200
