"""Puts a document on 80 mm paper by ESC/POS (python-escpos): text in the printer's own letters, codes as pictures.

The profile decides which characters the printer has; what it has not is written with the nearest Latin letter.
"""

import unicodedata
from collections.abc import Sequence
from typing import Any

import qrcode
from escpos.escpos import Escpos

from core.peripherals.agent.drivers.base import Element

PROFILE = "TM-T88III"
#: Characters a line in the usual letters, and dots across 72 mm: 80 mm paper at 203 dpi.
COLUMNS, DOTS = 42, 512
#: At least 40 mm, for scanners at arm's length.
_QR_DOTS = 330


def put(paper: Escpos, elements: Sequence[Element]) -> None:
    """Send a document to an open printer (or to a `Dummy`)."""
    for element in elements:
        _PUT[element["kind"]](paper, element)


def _text(paper: Escpos, element: Element) -> None:
    style = element.get("style", [])
    big = "big" in style
    _dress(paper, style)
    for line in _broken(str(element["text"]), COLUMNS // 2 if big else COLUMNS):
        paper.text(plain(line) + "\n")
    _dress(paper, ())


def _pair(paper: Escpos, element: Element) -> None:
    style = element.get("style", [])
    width = COLUMNS // 2 if "big" in style else COLUMNS
    left, right = plain(str(element["left"])), plain(str(element["right"]))
    _dress(paper, [each for each in style if each != "centre"])
    if len(left) + len(right) + 1 > width:
        *before, left = _broken(left, width) or [""]
        for line in before:
            paper.text(line + "\n")
        if len(left) + len(right) + 1 > width:
            paper.text(left + "\n")
            left = ""
    paper.text(left + " " * max(0, width - len(left) - len(right)) + right + "\n")
    _dress(paper, ())


def _qr(paper: Escpos, element: Element) -> None:
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(str(element["text"]))
    code.make(fit=True)
    code.box_size = max(2, min(DOTS // (code.modules_count + 8), -(-_QR_DOTS // code.modules_count)))
    paper.set(align="center")
    paper.image(code.make_image().get_image(), center=False, impl="bitImageRaster")
    _dress(paper, ())


def _rule(paper: Escpos, _: Element) -> None:
    paper.text("-" * COLUMNS + "\n")


def _space(paper: Escpos, _: Element) -> None:
    paper.text("\n")


def _cut(paper: Escpos, _: Element) -> None:
    paper.cut()


_PUT: dict[str, Any] = {"text": _text, "pair": _pair, "qr": _qr, "rule": _rule, "space": _space, "cut": _cut}


def _dress(paper: Escpos, style: Sequence[str]) -> None:
    big = "big" in style
    paper.set(
        align="center" if "centre" in style else "left", bold="bold" in style, double_width=big, double_height=big,
        normal_textsize=not big,
    )  # fmt: skip


def plain(text: str) -> str:
    """In letters that every printer has: marks are dropped from letters, signs become simple ones, and no name can hold a
    command.
    """
    simple = (
        text.replace("–", "-").replace("→", ">").replace("…", "...").replace("’", "'").replace("€", "EUR")
    )
    decomposed = unicodedata.normalize("NFKD", simple)
    return "".join(
        char if 32 <= ord(char) < 127 else "?" for char in decomposed if not unicodedata.combining(char)
    )


def _broken(text: str, width: int) -> list[str]:
    """Lines of at most so many characters, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines += [word[at : at + width] for at in range(0, len(word), width)]
    return lines
