"""Pure rules of the timetable: names folded for searching, GTFS times, service days, distances, fingerprints."""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

#: Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_SEARCH_NAME_LENGTH = 300
_GTFS_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_EARTH_RADIUS_M = 6_371_009


def fold(name: str) -> str:
    """The name in plain small letters and digits, one blank between words: how names are compared when searching.

    "Timişoara" (cedilla), "Timișoara" (comma below) and "TIMISOARA" fold to the same word; so do "Gießen" and
    "GIESSEN". Idempotent. At most 300 characters.
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold().translate(_PLAIN))
    letters = (c if c.isalnum() else " " for c in apart if not unicodedata.combining(c))
    whole = unicodedata.normalize("NFC", " ".join("".join(letters).split()))
    return whole[:_SEARCH_NAME_LENGTH].rstrip()


def parse_gtfs_time(text: str) -> int:
    """Seconds after the start of the service day of "H:MM:SS"; hours may pass 24 and have three digits (GTFS: Time).

    ValueError when it is not a time.
    """
    found = _GTFS_TIME.fullmatch(text.strip())
    if not found or not found.group().isascii():
        raise ValueError(f"{text!r} is not a time such as 08:30:00")
    hours, minutes, seconds = (int(part) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def parse_gtfs_date(text: str) -> date:
    """The day of "YYYYMMDD" (GTFS: Date). ValueError when there is no such day."""
    stripped = text.strip()
    if not re.fullmatch(r"[0-9]{8}", stripped):
        raise ValueError(f"{text!r} is not a date such as 20260131")
    return date(int(stripped[:4]), int(stripped[4:6]), int(stripped[6:]))


def service_day_origin(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) from which a service day counts its times: noon of that day less 12 hours (GTFS: Time).

    That is midnight, except on days when the clocks change.
    """
    noon = datetime.combine(day, time(12), tzinfo=zone)
    return noon.astimezone(UTC) - timedelta(hours=12)


def local_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of a calendar day in a zone and that of the next day, both UTC: 23, 24 or 25 hours apart."""
    begin, end = (datetime.combine(d, time(0), tzinfo=zone) for d in (day, day + timedelta(days=1)))
    return begin.astimezone(UTC), end.astimezone(UTC)


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> int:
    """Metres along the great circle between two (latitude, longitude) pairs in degrees (haversine)."""
    lat_a, lon_a, lat_b, lon_b = (math.radians(x) for x in (*a, *b))
    chord = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return round(2 * _EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord))))


@dataclass(frozen=True, slots=True)
class Call:
    """One stop of a pattern. Offsets are elapsed seconds from the departure of the first stop."""

    place_id: UUID
    arrival_offset: int
    departure_offset: int
    boarding: bool = True
    alighting: bool = True
    on_request: bool = False
    distance_m: int | None = None


def fingerprint(calls: Sequence[Call], headsign: str | None) -> str:
    """A hash that two patterns of a route share exactly when their stops, times, rules and headsign are the same."""
    rows = [
        [
            str(c.place_id),
            c.arrival_offset,
            c.departure_offset,
            c.boarding,
            c.alighting,
            c.on_request,
            c.distance_m,
        ]
        for c in calls
    ]
    plain = json.dumps([headsign, rows], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def call_faults(calls: Sequence[Call]) -> list[str]:
    """What keeps these calls from being a pattern, in plain sentences; empty when they are one."""
    if len(calls) < 2:
        return ["A pattern needs at least two stops."]
    faults = []
    if calls[0].departure_offset != 0:
        faults.append("Times count from the departure at the first stop, which is 0.")
    for number, (before, after) in enumerate(pairwise(calls), start=2):
        if after.arrival_offset < before.departure_offset:
            faults.append(f"Stop {number} is reached before stop {number - 1} is left.")
    for number, call in enumerate(calls, start=1):
        if call.departure_offset < call.arrival_offset:
            faults.append(f"Stop {number} is left before it is reached.")
    if not any(c.boarding for c in calls[:-1]) or not any(c.alighting for c in calls[1:]):
        faults.append("Nobody could get on and off again.")
    return faults
