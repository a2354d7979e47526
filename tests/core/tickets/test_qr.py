"""The signed code: what goes in comes out, and nothing else is accepted."""

import base64
import struct
from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.tickets.qr import (
    PREFIX,
    QrFacts,
    TicketForged,
    TicketUnreadable,
    UnknownTicketKey,
    key_id,
    png,
    sign,
    svg,
    verify,
)

OURS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
THEIRS = Ed25519PrivateKey.from_private_bytes(bytes(reversed(range(32))))
KEYS = {key_id(OURS.public_key()): OURS.public_key()}
FACTS = QrFacts(
    UUID(int=7), 1, UUID(int=9), "12A", 0, 3,
    datetime(2026, 11, 19, 12, 45, tzinfo=UTC), datetime(2026, 11, 21, 15, 30, tzinfo=UTC),
)  # fmt: skip

moments = st.integers(0, 2**32 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
small = st.integers(0, 2**16 - 1)
seats = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
any_facts = st.builds(QrFacts, st.uuids(), small, st.uuids(), seats, small, small, moments, moments)


@given(any_facts)
def test_what_was_signed_is_read_back(facts: QrFacts):
    assert verify(sign(facts, OURS), KEYS) == facts


@given(any_facts)
def test_the_text_fits_alphanumeric_mode(facts: QrFacts):
    assert set(sign(facts, OURS)) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@given(any_facts, st.data())
def test_any_changed_character_is_refused(facts: QrFacts, data: st.DataObject):
    text = sign(facts, OURS)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda c: c != text[at]))

    with pytest.raises((TicketForged, TicketUnreadable)):
        verify(text[:at] + other + text[at + 1 :], KEYS)


def test_every_place_of_one_code_is_guarded():
    text = sign(FACTS, OURS)
    for at, character in enumerate(text):
        for other in set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") - {character}:
            with pytest.raises((TicketForged, TicketUnreadable)):
                verify(text[:at] + other + text[at + 1 :], KEYS)


@given(st.text() | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=150).map(PREFIX.__add__))
def test_any_other_text_is_refused(text: str):
    with pytest.raises((TicketForged, TicketUnreadable)):
        verify(text, KEYS)


@pytest.mark.parametrize("change", [str.lower, "{} ".format, "{}=".format, " {}".format, "{0}{0}".format])
def test_a_code_has_one_spelling_only(change):
    with pytest.raises((TicketForged, TicketUnreadable)):
        verify(change(sign(FACTS, OURS)), KEYS)


def test_a_foreign_key_is_named_as_such():
    with pytest.raises(UnknownTicketKey):
        verify(sign(FACTS, THEIRS), KEYS)


def test_a_foreign_signature_under_our_key_id_is_forged():
    with pytest.raises(TicketForged) as caught:
        verify(sign(FACTS, THEIRS), {key_id(THEIRS.public_key()): OURS.public_key()})

    assert caught.value.code == "ticket_forged"


def test_the_format_is_the_one_that_is_documented():
    """Read by the description in the module, without its code."""
    encoded = sign(FACTS, OURS).removeprefix("BH1.")
    raw = base64.b32decode(encoded + "=" * (-len(encoded) % 8))

    OURS.public_key().verify(raw[-64:], b"BH1." + raw[:-64])
    assert raw[4:20] == UUID(int=7).bytes
    assert raw[22:38] == UUID(int=9).bytes
    moments = (int(FACTS.valid_from.timestamp()), int(FACTS.valid_until.timestamp()))
    assert struct.unpack(">HHIIB", raw[38:51]) == (0, 3, *moments, 3)
    assert raw[51:-64] == b"12A"


@pytest.mark.parametrize(
    "wrong",
    [
        {"seat": "x" * 33},
        {"serial": 70000},
        {"from_position": -1},
        {"valid_from": datetime(2200, 1, 1, tzinfo=UTC)},
        {"valid_from": datetime(2026, 1, 1)},  # noqa: DTZ001 - naive on purpose
    ],
)
def test_facts_that_do_not_fit_are_not_signed(wrong):
    facts = QrFacts(**{name: getattr(FACTS, name) for name in QrFacts.__slots__} | wrong)

    with pytest.raises(ValueError):
        sign(facts, OURS)


@given(any_facts)
def test_a_scanner_reads_the_png(facts: QrFacts):
    text = sign(facts, OURS)

    found = zxingcpp.read_barcodes(Image.open(BytesIO(png(text))))

    assert [code.text for code in found] == [text]


def test_the_svg_is_one_path_without_a_fixed_size():
    picture = svg(sign(FACTS, OURS))

    assert picture.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ')
    assert picture.count("<path") == 2
    assert " width=" not in picture
