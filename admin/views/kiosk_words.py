"""What is said of kiosks in the admin."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin import formats
from core.accounts.kiosk_rules import CODES, NO_WAY_TO_PAY, Fault

NEEDS = {
    "offline": _l("offline"),
    "printer": _l("printer"),
    "version": _l("another version"),
    "clock": _l("clock is off"),
    "paper_low": _l("paper is low"),
    "out_of_order": _l("out of order"),
}
LIT = {
    "light": _l("Light"),
    "dark": _l("Dark"),
    "clock": _l("Dark from 20:00 to 6:00"),
}
FAULTS = {
    Fault.PRINTER: _l("The printer cannot print"),
    Fault.VERSION: _l("Its page is of another version than the office"),
    Fault.CLOCK: _l("Its clock is off by more than two minutes"),
}


def code_words(code: str | None, orders: dict[str, Any]) -> str:
    """What a code on the screen means: staff's reason, or the fault."""
    ordered = orders.get("out_of_order") or {}
    if code is None:
        return ""
    if ordered.get("code") == code:
        return str(ordered.get("reason") or "")
    if code == NO_WAY_TO_PAY:
        return _("There is no way left to pay here")
    return next((str(FAULTS[fault]) for fault, known in CODES.items() if known == code), "")


def condition(told: object) -> str:
    """What a device's part says of itself; a dash where it says nothing."""
    return formats.words(str(told)) if told not in (None, "", True, False) else "–"
