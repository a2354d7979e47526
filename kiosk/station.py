"""What a kiosk's page needs to know of its station and of the operators that sell there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.accounts.kiosk_rules import DARK_HOURS
from core.accounts.kiosks import KioskDevice
from core.booking.models import Reservation
from core.kernel.db import db
from core.peripherals.queries import Devices
from core.peripherals.words import Device
from core.timetable.models import Operator, Place, Policy
from core.trades.catalogue import trade_of

#: How the page calls the languages it has words for (kiosk/static/i18n).
LANGUAGES = {
    "en": "English", "ro": "Română", "de": "Deutsch", "fr": "Français", "es": "Español", "pt": "Português",
    "pl": "Polski", "tr": "Türkçe", "ar": "العربية",
}  # fmt: skip
_IDLE_SECONDS, _ANSWER_SECONDS = 60, 20


@dataclass(frozen=True, slots=True)
class Terms:
    """An operator's rules as the kiosk needs them; `asks` are the names of details, with whether each is needed."""

    trade: str
    max_seats: int
    passenger_types: tuple[str, ...]
    asks: tuple[tuple[str, bool], ...]
    refund_ladder: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """The shape that the page reads."""
        return {
            "max_seats": self.max_seats,
            "passenger_types": list(self.passenger_types),
            "asks": [{"name": name, "required": required} for name, required in self.asks],
            "refund_ladder": list(self.refund_ladder),
        }


def station(kiosk: KioskDevice) -> Place:
    """The place that the kiosk sells from."""
    return db.session.execute(select(Place).where(Place.id == kiosk.place_id)).scalar_one()


def platform_words(operators: Iterable[UUID]) -> dict[UUID, str]:
    """How each operator's trade calls a platform: Bay, Gate, Screen. One statement."""
    rows = db.session.execute(
        select(Operator.id, Operator.trade).where(Operator.id.in_(set(operators)))
    ).all()
    return {row.id: trade_of(row.trade).platform_word for row in rows}


def terms(operator_id: UUID) -> Terms:
    """The operator's policy in force, as far as it concerns somebody who walks in at a kiosk."""
    row = db.session.execute(
        select(Operator.trade, Policy.max_seats, Policy.passenger_fields, Policy.refund_ladder)
        .join(Policy, Policy.operator_id == Operator.id)
        .where(Operator.id == operator_id, Policy.active)
    ).one()
    trade = trade_of(row.trade)
    asked = [str(name) for name in row.passenger_fields.get("kiosk", [])]
    asks = tuple((name.rstrip("?"), not name.endswith("?")) for name in asked if name.rstrip("?") != "type")
    types = trade.passenger_types if "type" in asked else trade.passenger_types[:1]
    ladder = tuple(sorted(row.refund_ladder, key=lambda step: -int(step["hours"])))
    return Terms(row.trade, row.max_seats, types, asks, ladder)


def extension_minutes(reservation_id: UUID) -> int:
    """By how much one touch extends this hold."""
    statement = (
        select(Policy.extension_minutes)
        .join(Reservation, Reservation.policy_id == Policy.id)
        .where(Reservation.id == reservation_id)
    )
    return db.session.execute(statement).scalar_one()


def offered_languages(place: Place, first: str) -> list[str]:
    """The languages of a station's kiosks in their order: what staff chose for the place, else all, `first` in front."""
    chosen = [code for code in (place.languages or "").split() if code in LANGUAGES]
    return chosen or sorted(LANGUAGES, key=lambda code: code != first)


def page_settings(kiosk: KioskDevice, place: Place, language: str, devices: Devices | None) -> dict[str, Any]:
    """What the admin set for this device, within bounds: people get at least 30 s of peace and 20 s to answer.

    Cash is offered where a cash box hangs on the machine; `scans`: its scanner is a simulator, to be asked for codes.
    """
    offered = offered_languages(place, language)
    limited = kiosk.settings.get("languages") or offered
    offered = [code for code in offered if code in limited] or offered
    chosen = kiosk.settings.get("language")
    has_box = bool(devices and devices.has(Device.CASH))
    return {
        "language": chosen if chosen in offered else offered[0],
        "languages": [{"code": code, "name": LANGUAGES[code]} for code in offered],
        "methods": [each for each in kiosk.rights.methods if has_box or each != "cash"],
        "scans": bool(devices and devices.is_simulated(Device.SCANNER)),
        "out_of_order": kiosk.rights.out_of_order,
        "idle_seconds": _at_least(kiosk.settings.get("idle_seconds"), 30, _IDLE_SECONDS),
        "answer_seconds": _at_least(kiosk.settings.get("answer_seconds"), 20, _ANSWER_SECONDS),
        "theme": kiosk.settings.get("theme"),
        "dark_hours": DARK_HOURS,
        "help": str(kiosk.settings.get("help", ""))[:300],
    }


def _at_least(value: object, least: int, usual: int) -> int:
    return max(least, value) if isinstance(value, int) else usual
