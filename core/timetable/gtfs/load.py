"""Reads a whole feed in the order in which its files need each other."""

from core.timetable.gtfs.calendars import feed_range, read_calendars
from core.timetable.gtfs.feed import Feed
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.network import read_agencies, read_lines, read_stops, unused
from core.timetable.gtfs.reader import Source
from core.timetable.gtfs.trips import read_frequencies, read_stop_times, read_trips

_REQUIRED = ("agency.txt", "stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
_READ = {*_REQUIRED, "calendar.txt", "calendar_dates.txt", "frequencies.txt"}
#: Files of the reference that a ticket office has no use for yet.
_KNOWN = {
    "areas.txt", "attributions.txt", "booking_rules.txt", "fare_attributes.txt", "fare_leg_join_rules.txt",
    "fare_leg_rules.txt", "fare_media.txt", "fare_products.txt", "fare_rules.txt", "fare_transfer_rules.txt",
    "feed_info.txt", "levels.txt", "location_group_stops.txt", "location_groups.txt", "networks.txt", "pathways.txt",
    "rider_categories.txt", "route_networks.txt", "shapes.txt", "stop_areas.txt", "timeframes.txt", "transfers.txt",
    "translations.txt",
}  # fmt: skip


def load(source: Source, findings: Findings, read_elsewhere: frozenset[str] = frozenset()) -> Feed:
    """The feed's records. Raises BrokenFeed with every fatal fault that could be found.

    `read_elsewhere` names the files that somebody else reads.
    """
    _check_files(source, findings, read_elsewhere)
    feed = Feed()
    read_agencies(source, feed, findings)
    read_stops(source, feed, findings)
    read_lines(source, feed, findings)
    read_calendars(source, feed, findings)
    findings.stop_if_fatal()
    read_trips(source, feed, findings)
    read_stop_times(source, feed, findings)
    read_frequencies(source, feed, findings)
    findings.stop_if_fatal()
    _look_around(feed, findings)
    return feed


def _check_files(source: Source, findings: Findings, read_elsewhere: frozenset[str]) -> None:
    for name in _REQUIRED:
        if not source.has(name):
            findings.fatal("missing_file", f"The file {name} is missing.", name)
    for name in sorted(source.sizes.keys() - _READ - read_elsewhere):
        code = "unused_file" if name in _KNOWN else "unknown_file"
        word = "is not used yet" if name in _KNOWN else "is not a file of GTFS"
        findings.note(code, f"{name} {word}; it was left unread.", name)
    findings.stop_if_fatal()


def _look_around(feed: Feed, findings: Findings) -> None:
    blanks = [c for calls in feed.stop_times.values() for c in calls if None in (c.arrival, c.departure)]
    if blanks:
        findings.note(
            "blank_times", f"{len(blanks)} calls lack an arrival or a departure; each was taken from the other or from the "
            "calls around it.", "stop_times.txt", min(call.source_line for call in blanks),
        )  # fmt: skip
    if idle := sum(feed_range(feed, [service]) is None for service in feed.services):
        findings.note("idle_services", f"{idle} of {len(feed.services)} services never run.", "calendar.txt")
    if lonely := sum(1 for _ in unused(feed)):
        findings.note(
            "unused_stops", f"{lonely} of {len(feed.stops)} stops are called at by no trip.", "stops.txt"
        )
