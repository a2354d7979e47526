"""The settings of a kiosk as a form: ways of paying, operators, languages, panel, faults that stop it."""

from typing import Any

from flask import request

from admin.choices import active_operator_choices
from admin.formats import tongue
from admin.views.kiosk_words import FAULTS, LIT
from core.accounts.kiosk_rules import METHODS, clean_settings
from core.kernel.languages import languages

#: Sent along with the form: boxes that are all empty are not the same as no form.
_MARK = "settings"


def settings_given() -> dict[str, Any]:
    """What the form says, cleaned; nothing when it was not part of the request. Raises RuleBroken naming the field."""
    if _MARK not in request.form:
        return {}
    known = {
        "operators": {code for code, _name in active_operator_choices()},
        "languages": set(languages()),
    }
    ticked = {name: request.form.getlist(name) for name in ("methods", "operators", "languages", "stops_on")}
    for name, allowed in known.items():
        chosen = [each for each in ticked[name] if each in allowed]
        ticked[name] = [] if set(chosen) == allowed else chosen
    typed = {
        name: request.form.get(name, "").strip() for name in ("px_per_mm", "distance_mm", "theme", "help")
    }
    return clean_settings({**ticked, **typed})


def choices(kept: dict[str, Any] | None) -> dict[str, Any]:
    """What the form offers, with what is chosen now; everything for a new device. Empty lists mean all."""
    now = kept or {}

    def boxes(name: str, offered: list[tuple[str, str]]) -> list[tuple[str, str, bool]]:
        chosen = now.get(name) or [code for code, _words in offered]
        return [(code, words, code in chosen) for code, words in offered]

    spoken = [(code, tongue(code)) for code in languages()]
    return {
        "methods": boxes("methods", [(name, name) for name in METHODS]),
        "operators": boxes("operators", active_operator_choices()),
        "languages": boxes("languages", spoken),
        "stops_on": [
            (fault.value, str(words), fault.value in now.get("stops_on", ()))
            for fault, words in FAULTS.items()
        ],
        "px_per_mm": now.get("px_per_mm") or "",
        "distance_mm": now.get("distance_mm") or 700,
        "theme": [(code, str(words), code == (now.get("theme") or "light")) for code, words in LIT.items()],
        "help": now.get("help") or "",
    }
