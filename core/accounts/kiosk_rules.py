"""What a kiosk may do and when it has to stop, worked out from what staff chose for it, what staff ordered and what it says
of itself. Pure.

`settings` (chosen): methods, operators, languages, px_per_mm, distance_mm, theme, stops_on. `orders`: out_of_order {code, reason},
message {texts, until}, no_cash, reload. `state`: paper, cash_box, scanner, version, clock_off. What is left out is not limited.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.kernel.errors import Conflict, Forbidden, RuleBroken
from core.kernel.words import in_one_line, is_showable

METHODS = ("card", "cash", "phone")
#: A clock that is off by more seconds than this tells travellers a wrong time.
CLOCK_TOLERANCE = 120
#: What a panel can be: 96 px per inch is 3.78 px per mm; a hand reaches 700 mm. One that nobody measured has no px_per_mm.
PX_PER_MM = (1.0, 40.0)
DISTANCE_MM = (300, 3000)
#: How its screen is lit; by the `clock` it is dark from the first hour of the evening to the second of the morning.
THEMES = ("light", "dark", "clock")
DARK_HOURS = (20, 6)
_PRINTS = frozenset({"ok", "low", "unknown"})
_LONGEST_MESSAGE = 200


class Fault(StrEnum):
    """What a kiosk can stop itself for, if staff say so. The value is kept; `CODES` are for screens."""

    PRINTER = "printer"
    VERSION = "version"
    CLOCK = "clock"


#: Short enough to be read out over a telephone.
CODES = {Fault.PRINTER: "P1", Fault.VERSION: "V2", Fault.CLOCK: "C3"}
#: Nobody could pay: not a matter of policy.
NO_WAY_TO_PAY = "M4"


@dataclass(frozen=True, slots=True)
class Rights:
    """What one device may do at its station. No operators: all of them."""

    methods: tuple[str, ...]
    operators: frozenset[UUID]
    out_of_order: str | None

    def require_method(self, method: str) -> None:
        """Raises Forbidden `method_not_allowed`. A voucher is as good as money everywhere."""
        if method != "voucher" and method not in self.methods:
            raise Forbidden("This way of paying is not taken here.", code="method_not_allowed")

    def require_operator(self, operator_id: UUID) -> None:
        """Raises Forbidden `operator_not_sold`."""
        if self.operators and operator_id not in self.operators:
            raise Forbidden("Tickets of this operator are not sold here.", code="operator_not_sold")

    def require_service(self) -> None:
        """Raises Conflict `out_of_order` with its short code."""
        if self.out_of_order:
            raise Conflict("This kiosk is out of order.", code="out_of_order", short=self.out_of_order)


def rights(settings: Mapping[str, Any], orders: Mapping[str, Any], state: Mapping[str, Any]) -> Rights:
    """What follows for the device from what was chosen, ordered and reported."""
    chosen = settings.get("methods")
    offered = METHODS if chosen is None else tuple(name for name in METHODS if name in chosen)
    methods = tuple(name for name in offered if name != "cash" or not orders.get("no_cash"))
    operators = frozenset(UUID(text) for text in settings.get("operators") or ())
    ordered = (orders.get("out_of_order") or {}).get("code")
    stopped = ordered or state.get("out_of_order") or (None if methods else NO_WAY_TO_PAY)
    return Rights(methods, operators, stopped)


def faults(state: Mapping[str, Any], version: str) -> tuple[Fault, ...]:
    """What is wrong by the device's own words. A device that does not say is not at fault."""
    found = []
    if state.get("paper") is not None and state["paper"] not in _PRINTS:
        found.append(Fault.PRINTER)
    if state.get("version") not in {None, version}:
        found.append(Fault.VERSION)
    if abs(state.get("clock_off") or 0) > CLOCK_TOLERANCE:
        found.append(Fault.CLOCK)
    return tuple(found)


def own_code(found: Collection[Fault], settings: Mapping[str, Any]) -> str | None:
    """The code of the first fault that this device stops for, or None."""
    named = settings.get("stops_on") or ()
    return next((CODES[fault] for fault in Fault if fault in found and fault.value in named), None)


def message_for(orders: Mapping[str, Any], moment: datetime) -> dict[str, Any] | None:
    """The message to show, {texts by language, until}, or None when there is none or its time is over."""
    message = orders.get("message")
    if not message or datetime.fromisoformat(message["until"]) <= moment:
        return None
    return {"texts": message["texts"], "until": message["until"]}


def clean_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are kept: lists of words, numbers as typed or as numbers. Raises RuleBroken naming the field."""
    methods = [name for name in METHODS if name in given.get("methods", METHODS)]
    if not methods:
        raise RuleBroken("Please leave at least one way of paying.", code="no_methods", field="methods")
    return {
        "methods": methods,
        "operators": sorted(str(each) for each in given.get("operators", ())),
        "languages": list(given.get("languages", ())),
        "px_per_mm": _number(given["px_per_mm"], PX_PER_MM, "px_per_mm") if given.get("px_per_mm") else None,
        "distance_mm": int(_number(given.get("distance_mm") or 700, DISTANCE_MM, "distance_mm")),
        "theme": _theme(given.get("theme") or THEMES[0]),
        "stops_on": [fault.value for fault in Fault if fault.value in given.get("stops_on", ())],
        "help": _line(str(given.get("help") or ""), "help", 300),
    }


def is_dark(theme: str | None, hour: int) -> bool:
    """Whether a screen with this setting is dark in that hour, 0 to 23, of the station's clock."""
    evening, morning = DARK_HOURS
    return theme == "dark" or (theme == "clock" and (hour >= evening or hour < morning))


def clean_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """The words of a message by language, each in one line of at most 200 characters. Raises RuleBroken."""
    kept = {code: _one_line(words, "text") for code, words in texts.items()}
    kept = {code: words for code, words in kept.items() if words}
    if not kept:
        raise RuleBroken("Please write the message.", code="no_message", field="text")
    if any(len(words) > _LONGEST_MESSAGE for words in kept.values()):
        raise RuleBroken(f"A message has at most {_LONGEST_MESSAGE} characters.", code="long_message", field="text")  # fmt: skip
    return kept


def _theme(given: object) -> str:
    if given not in THEMES:
        raise RuleBroken(f"This is one of {', '.join(THEMES)}.", code="bad_theme", field="theme")
    return str(given)


def _line(words: str, field: str, most: int) -> str:
    said = _one_line(words, field)
    if len(said) > most:
        raise RuleBroken(f"This must not be longer than {most} characters.", code="long_text", field=field)
    return said


def _one_line(words: str, field: str) -> str:
    said = in_one_line(words)
    if not is_showable(said):
        raise RuleBroken("This contains characters that cannot be shown.", code="bad_text", field=field)
    return said


def _number(given: object, bounds: tuple[float, float], field: str) -> float:
    least, most = bounds
    try:
        value = float(str(given).replace(",", "."))
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise RuleBroken(
            f"Please give a number from {least:g} to {most:g}.", code="out_of_bounds", field=field
        )
    return round(value, 3)
