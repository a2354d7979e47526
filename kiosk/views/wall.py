"""The station's departure board for a wall: public, without pairing, without anything about persons.

A page that stays open for months: it asks for the departures every ten seconds. What it is told is the same for all who ask
for the same place, so it is worked out once in five seconds and may be kept as long by whoever stands between.
"""

import json
import time
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from sqlalchemy import select

from core.accounts.kiosk_heartbeat import VERSION
from core.accounts.throttle import BOARD_LOOKS, throttle
from core.kernel.bundle import current
from core.kernel.clock import now
from core.kernel.compression import compressed
from core.kernel.context import settings
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.kernel.settings import PROJECT_ROOT
from core.kernel.words import is_showable
from core.timetable.models import Place
from core.timetable.queries import Departure, departures
from kiosk.station import LANGUAGES, platform_words

page = Blueprint("wall", __name__, url_prefix="/board")

_HOURS = 24
_SHOWN = 60
_KEPT = 5  # seconds
_MOST_LANGUAGES = 4
_THEMES = ("dark", "light", "contrast")
_SHARED_WORDS = ("platform.", "board.via", "board.now")


@page.get("/<path:code>")
def show(code: str) -> Response:
    """The board of a place. `theme`: dark, light or contrast; `languages`: codes that take turns, such as `ro,en`."""
    throttle("board", BOARD_LOOKS, request.remote_addr)
    place = _place(code)
    spoken = _languages(place)
    theme = request.args.get("theme", "")
    told = {
        **_told(place.id, place.timezone),
        "place": code,
        "timezone": place.timezone,
        "version": VERSION,
        "languages": spoken,
        "words": {language: _words(language) for language in spoken},
    }
    text = render_template(
        "kiosk/wall.html",
        station_name=place.name,
        theme=theme if theme in _THEMES else "dark",
        language=spoken[0],
        told=told,
        bundle=current(),
    )
    answer = Response(text)
    answer.cache_control.no_cache = True
    return answer


@page.get("/-/departures")
@compressed
def list_departures() -> Response:
    """The next departures of a place as its board shows them."""
    throttle("board", BOARD_LOOKS, request.remote_addr)
    place = _place(request.args.get("place", ""))
    answer = jsonify(**_told(place.id, place.timezone), version=VERSION)
    answer.cache_control.public = True
    answer.cache_control.max_age = _KEPT
    return answer


def _place(code: str) -> Place:
    """Raises NotFound."""
    found = None
    if code and len(code) <= 80 and is_showable(code):
        found = db.session.scalars(select(Place).where(Place.code == code, Place.active)).one_or_none()
    if found is None:
        raise NotFound("There is no such station.")
    return found


def _languages(place: Place) -> list[str]:
    """Those of the address, else those that staff chose for the place, else that of the office; a few, they take turns."""
    asked = request.args.get("languages", "").replace(",", " ").split()
    for offered in (asked, (place.languages or "").split(), [settings().language]):
        known = [code for code in dict.fromkeys(offered) if code in LANGUAGES]
        if known:
            return known[:_MOST_LANGUAGES]
    return ["en"]


def _told(place_id: UUID, timezone: str) -> dict[str, Any]:
    """What the board shows now; worked out anew when it is older than a few seconds."""
    kept: dict[UUID, tuple[float, dict[str, Any]]] = current_app.extensions.setdefault(
        "bookinghall_walls", {}
    )
    moment = time.monotonic()
    if place_id not in kept or moment - kept[place_id][0] >= _KEPT:
        kept[place_id] = (moment, _departures(place_id, timezone))
    return kept[place_id][1]


def _departures(place_id: UUID, timezone: str) -> dict[str, Any]:
    found = departures(place_id, hours=_HOURS, limit=_SHOWN)
    words = platform_words(each.operator_id for each in found)
    shown = [_line(each, words[each.operator_id]) for each in found]
    return {"now": now().isoformat(), "timezone": timezone, "departures": shown}


def _line(each: Departure, platform_word: str) -> dict[str, Any]:
    expected = each.estimated_departure_at
    return {
        "id": f"{each.schedule_id}-{each.from_position}",
        "departure_at": each.departure_at.isoformat(),
        "expected_at": expected.isoformat() if expected else None,
        "number": each.number,
        "destination": each.destination_name,
        "via": each.via[:3],
        "platform": each.platform,
        "platform_word": platform_word.lower(),
        "status": each.status,
    }


@lru_cache(maxsize=len(LANGUAGES))
def _words(language: str) -> dict[str, str]:
    """A board's own words, which no kiosk has to load, and the few of the kiosk's that it needs as well."""
    own, shared = (
        json.loads((PROJECT_ROOT / "kiosk" / folder / f"{language}.json").read_text(encoding="utf-8"))
        for folder in ("words/wall", "static/i18n")
    )
    return {**own, **{key: text for key, text in shared.items() if key.startswith(_SHARED_WORDS)}}
