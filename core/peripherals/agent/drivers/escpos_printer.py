"""Real printers that speak ESC/POS, over USB, the network, a serial line, or a device file."""

from collections.abc import Sequence
from typing import Any

from escpos import printer as escpos
from escpos.escpos import Escpos
from escpos.exceptions import Error

from core.peripherals.agent.drivers.base import DeviceError, Element
from core.peripherals.agent.drivers.paper import PROFILE, put

_PAPER = {0: "out", 1: "low", 2: "ok"}
#: Transmitted status of Epson's DLE EOT 2 (offline cause): bit 2 is the cover, bit 5 the paper's end.
_COVER = 0x04


class EscposPrinter:
    """`address`: ``usb:04b8:0e15``, ``network:192.0.2.7`` (or with ``:9100``), ``serial:/dev/ttyS0``, ``file:/dev/usb/lp0``."""

    def __init__(self, address: str) -> None:
        self.driver = address
        self._way, _, self._where = address.partition(":")
        if self._way not in ("usb", "network", "serial", "file") or not self._where:
            raise ValueError(f"{address}: a printer is usb:…, network:…, serial:… or file:…")

    def condition(self) -> str:
        """`ok`, `low`, `out`, `open`, `away`; `unknown` for a device file, which says nothing."""
        if self._way == "file":
            return "unknown"
        try:
            paper = self._open()
            try:
                return self._ask(paper)
            finally:
                paper.close()
        except (Error, OSError, ValueError):
            return "away"

    def print(self, elements: Sequence[Element]) -> None:
        """Print. Raises DeviceError before anything is sent when there is no paper or the cover is open."""
        condition = self.condition()
        if condition not in ("ok", "low", "unknown"):
            raise DeviceError(condition)
        try:
            paper = self._open()
            try:
                put(paper, elements)
            finally:
                paper.close()
        except (Error, OSError, ValueError) as error:
            raise DeviceError(type(error).__name__) from error
        after = self.condition()
        if after not in ("ok", "low", "unknown"):
            raise DeviceError(after)

    def _ask(self, paper: Escpos) -> str:
        if not paper.is_online():
            answer = paper.query_status(b"\x10\x04\x02")
            return "open" if answer and answer[0] & _COVER else "out"
        return _PAPER.get(paper.paper_status(), "ok")

    def _open(self) -> Any:
        if self._way == "usb":
            vendor, product = (int(part, 16) for part in self._where.split(":")[:2])
            made = escpos.Usb(vendor, product, profile=PROFILE)
        elif self._way == "network":
            host, _, port = self._where.partition(":")
            made = escpos.Network(host, int(port or 9100), timeout=5, profile=PROFILE)
        elif self._way == "serial":
            made = escpos.Serial(self._where, timeout=2, profile=PROFILE)
        else:
            made = escpos.File(self._where, profile=PROFILE)
        made.open()
        return made
