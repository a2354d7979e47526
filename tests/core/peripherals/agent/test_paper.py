"""What comes out of a printer: the bytes are read back as paper, its words and its code, as a scanner sees them."""

import re
from pathlib import Path

import pytest
import zxingcpp
from escpos.printer import Dummy
from PIL import Image

from core.kernel.money import Money
from core.peripherals.agent.drivers.base import DeviceError
from core.peripherals.agent.drivers.escpos_printer import EscposPrinter
from core.peripherals.agent.drivers.paper import COLUMNS, DOTS, PROFILE, plain, put
from core.peripherals.agent.simulators.printer import SimulatedPrinter
from core.peripherals.documents import booking_document, owed_document
from core.tickets import qr
from core.tickets.keys import public_keys
from core.tickets.queries import tickets_of
from tests.support.sales import sell

_RASTER = re.compile(rb"\x1dv0[\x00-\x03](..)(..)", re.DOTALL)
_COMMANDS = re.compile(rb"\x1b[!-~].|\x1d[!-~].|\x1c.", re.DOTALL)


def printed(elements) -> bytes:
    paper = Dummy(profile=PROFILE)
    put(paper, elements)
    return paper.output


def pictures(output: bytes) -> list[Image.Image]:
    """The raster pictures of a print (GS v 0), as a camera sees them: with white paper around."""
    found = []
    for match in _RASTER.finditer(output):
        width = int.from_bytes(match[1], "little") * 8
        height = int.from_bytes(match[2], "little")
        bits = output[match.end() : match.end() + width // 8 * height]
        dots = Image.frombytes("1", (width, height), bytes(255 - byte for byte in bits))
        paper = Image.new("L", (DOTS + 80, height + 80), 255)
        paper.paste(dots.convert("L"), (40, 40))
        found.append(paper)
    return found


def lines(output: bytes) -> list[str]:
    """The words of a print, line by line, without commands and pictures."""
    for match in reversed(list(_RASTER.finditer(output))):
        size = int.from_bytes(match[1], "little") * int.from_bytes(match[2], "little")
        output = output[: match.start()] + output[match.end() + size :]
    text = _COMMANDS.sub(b"", output).decode("latin-1")
    return ["".join(char for char in line if char.isprintable()).rstrip() for line in text.split("\n")]


def test_a_printed_ticket_is_what_a_scanner_accepts(db_session):
    booking_id = sell(0, 1)
    output = printed(booking_document(booking_id, "en", [("Cash", "EUR 60.00"), ("Change", "EUR 9.00")]))

    codes = [found.text for picture in pictures(output) for found in zxingcpp.read_barcodes(picture)]
    assert codes == [ticket.qr for ticket in tickets_of(booking_id)]
    assert [qr.verify(code, public_keys()).seat for code in codes] == ["1A", "1B"]
    words = "\n".join(lines(output))
    for said in (
        "Ticket 1 of 2",
        "Ticket 2 of 2",
        "Lisboa",
        "Porto",
        "Seat 1B",
        "Receipt",
        "EUR 60.00",
        "EUR 9.00",
    ):
        assert said in words
    assert max(len(line) for line in lines(output)) <= COLUMNS
    assert output.count(b"\x1dV") == 3, "two tickets and a receipt, each cut off"


def test_a_code_is_at_least_forty_millimetres_wide(db_session):
    [ticket] = tickets_of(sell(0))
    [picture] = pictures(printed([{"kind": "qr", "text": ticket.qr}]))
    dark = picture.point(lambda dot: 255 if dot < 128 else 0).getbbox()
    assert (dark[2] - dark[0]) / 203 * 25.4 >= 40


def test_the_slip_for_money_that_is_owed_has_its_code(db_session):
    output = printed(owed_document(Money(1400, "EUR"), "ABCD2345", "Kiosk 1", "ro"))
    assert [found.text for found in zxingcpp.read_barcodes(pictures(output)[0])] == ["ABCD2345"]
    assert any("14,00" in line for line in lines(output))


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("București → Iași", "Bucuresti > Iasi"),
        ("24,00 €", "24,00 EUR"),
        ("Łódź…", "?odz..."),
        ("\x1b@", "?@"),
    ],
)
def test_what_a_printer_has_no_letters_for_is_written_with_the_nearest(text, paper):
    assert plain(text) == paper


def test_long_words_stay_on_the_paper():
    output = printed(
        [
            {"kind": "pair", "left": "x" * 100, "right": "EUR 1.00", "style": []},
            {"kind": "text", "text": "y" * 90},
        ]
    )
    assert max(len(line) for line in lines(output)) <= COLUMNS


def test_a_printer_without_paper_says_so_and_prints_nothing(tmp_path: Path):
    printer = SimulatedPrinter(tmp_path)
    printer.paper("out")
    with pytest.raises(DeviceError, match="out"):
        printer.print([{"kind": "cut"}])
    assert SimulatedPrinter(tmp_path).condition() == "out", "it remembers"


def test_a_real_printer_gets_the_same_bytes(tmp_path: Path):
    file = tmp_path / "lp0"
    printer = EscposPrinter(f"file:{file}")
    elements = [{"kind": "text", "text": "Hello", "style": ["bold"]}, {"kind": "cut"}]
    printer.print(elements)

    assert printer.condition() == "unknown"
    assert file.read_bytes() == printed(elements)


@pytest.mark.parametrize("address", ["lpt:1", "usb", "file:"])
def test_an_address_that_is_no_printers_is_refused(address):
    with pytest.raises(ValueError, match="a printer is"):
        EscposPrinter(address)


def test_a_printer_that_is_not_there_is_away():
    assert EscposPrinter("network:127.0.0.1:1").condition() == "away"
    with pytest.raises(DeviceError, match="away"):
        EscposPrinter("network:127.0.0.1:1").print([])
