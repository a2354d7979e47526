"""What most letters say: from where to where, and when, in the reader's language."""

from zoneinfo import ZoneInfo

from core.kernel.languages import clock_time, long_date, short_date
from core.messages.page import Way
from core.tickets.view import Stretch, duration, journey


def travel_values(stretch: Stretch, language: str) -> dict[str, str]:
    """The names `journey`, `place`, `time`, `date` and `day` of a stretch, local to where it begins."""
    leaves = stretch.departure_at.astimezone(ZoneInfo(stretch.origin_timezone))
    return {
        "journey": f"{stretch.origin} – {stretch.destination}",
        "place": stretch.origin,
        "time": clock_time(leaves),
        "date": long_date(leaves, language),
        "day": short_date(leaves, language),
    }


def on_the_way(stretch: Stretch, language: str, was: Stretch | None = None, *, void: bool = False) -> Way:
    """Departure and arrival, with those that were planned (``was``) struck through; ``void``: nobody travels any more."""
    took = duration(stretch.departure_at, stretch.arrival_at, language)
    origin, destination = journey(stretch, language)
    was_origin, was_destination = journey(was, language) if was else (None, None)
    return Way(origin, destination, took, was_origin, was_destination, void)
