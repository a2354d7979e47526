"""Reads agencies, stops and routes of a feed."""

from collections.abc import Iterator

from core.timetable.gtfs.feed import Agency, Feed, Line, Stop
from core.timetable.gtfs.fields import Fields
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.reader import Row, Source

#: Entrances, nodes of corridors and boarding areas are no places that a traveller buys a ticket to.
_SOLD_LOCATION_TYPES = (0, 1)
_LOCATION_TYPES = (0, 1, 2, 3, 4)


def read_agencies(source: Source, feed: Feed, findings: Findings) -> None:
    """Agencies by id; a single agency may have none, then its id is blank."""
    fields = Fields(findings, "agency.txt")
    blank: list[int] = []
    for row in source.rows("agency.txt", ("agency_name", "agency_timezone")):
        zone = fields.zone(row, "agency_timezone")
        if row.get("agency_timezone") == "":
            findings.fatal(
                "no_timezone", "The agency has no time zone.", fields.file, row.line, "agency_timezone"
            )
        if not row.get("agency_id"):
            blank.append(row.line)
        if zone is None or (row.get("agency_id") and _repeated(feed.agencies, row, "agency_id", fields)):
            continue
        agency_id = row.get("agency_id")
        feed.agencies[agency_id] = Agency(
            id=agency_id,
            name=fields.text(row, "agency_name", 200) or agency_id or "Operator",
            zone=zone,
            language=fields.optional(row, "agency_lang", 10),
            url=fields.web_address(row, "agency_url"),
            phone=fields.optional(row, "agency_phone", 40),
            email=fields.optional(row, "agency_email", 200),
        )
    if blank and len(feed.agencies.keys() - {""}) + len(blank) > 1:
        findings.fatal(
            "agency_without_id",
            "With several agencies, each needs an agency_id.",
            "agency.txt",
            blank[0],
            "agency_id",
        )
    if not feed.agencies:
        findings.fatal("no_agency", "The feed names no agency.", "agency.txt")
    if len({agency.zone.key for agency in feed.agencies.values()}) > 1:
        findings.note(
            "several_zones", "Agencies have different time zones; each keeps its own.", "agency.txt"
        )


def read_stops(source: Source, feed: Feed, findings: Findings) -> None:
    """Stops and stations; a stop without a zone has that of its station, else of the first agency."""
    fields = Fields(findings, "stops.txt")
    rows = list(source.rows("stops.txt", ("stop_id", "stop_name")))
    zones = {row.get("stop_id"): row.get("stop_timezone") for row in rows}
    default = next(iter(feed.agencies.values())).zone.key if feed.agencies else "UTC"
    others = 0
    for row in rows:
        if fields.number(row, "location_type", _LOCATION_TYPES, 0) not in _SOLD_LOCATION_TYPES:
            others += 1
        elif not _repeated(feed.stops, row, "stop_id", fields, blank_is_fatal=True):
            fields.zone(row, "stop_timezone")
            zone = zones.get(row.get("parent_station")) or row.get("stop_timezone") or default
            feed.stops[row.get("stop_id")] = _stop(row, fields, zone)
    if others:
        findings.note(
            "not_places",
            f"{others} entrances, corridors and boarding areas are no places to travel to.",
            "stops.txt",
        )


def _stop(row: Row, fields: Fields, zone: str) -> Stop:
    name = fields.text(row, "stop_name", 200)
    if not name:
        fields.findings.note(
            "no_stop_name", "The stop has no name; its id is used.", fields.file, row.line, "stop_name"
        )
    return Stop(
        id=row.get("stop_id"),
        name=name or fields.text(row, "stop_id", 200),
        kind="station" if row.get("location_type") == "1" else "stop",
        latitude=fields.decimal(row, "stop_lat", -90, 90),
        longitude=fields.decimal(row, "stop_lon", -180, 180),
        timezone=zone,
        zone=row.get("zone_id"),
        parent=row.get("parent_station"),
    )


def read_lines(source: Source, feed: Feed, findings: Findings) -> None:
    """Routes with a known agency."""
    fields = Fields(findings, "routes.txt")
    names: set[tuple[str, str]] = set()
    for row in source.rows("routes.txt", ("route_id",)):
        if _repeated(feed.lines, row, "route_id", fields, blank_is_fatal=True):
            continue
        agency_id = row.get("agency_id")
        if not agency_id and len(feed.agencies) == 1:
            agency_id = next(iter(feed.agencies))
        if agency_id not in feed.agencies:
            findings.skip(
                "unknown_agency", f"The route's agency {agency_id!r} is not in agency.txt.", fields.file, row.line,
                "agency_id",
            )  # fmt: skip
            continue
        line = _line(row, fields, agency_id)
        if (agency_id, line.name) in names:
            findings.note(
                "repeated_name", f"Two routes are named {line.name!r}; they stay two.", fields.file, row.line
            )
        names.add((agency_id, line.name))
        feed.lines[line.id] = line


def _line(row: Row, fields: Fields, agency_id: str) -> Line:
    short, long = fields.text(row, "route_short_name", 80), fields.text(row, "route_long_name", 200)
    kind = fields.whole(row, "route_type")
    if kind is None or kind > 1702:
        fields.findings.note(
            "bad_route_type", f"{row.get('route_type')!r} is not a route type; a bus is meant.", fields.file, row.line,
            "route_type",
        )  # fmt: skip
        kind = 3
    return Line(
        id=row.get("route_id"),
        agency_id=agency_id,
        name=" · ".join(dict.fromkeys(part for part in (short, long) if part)) or row.get("route_id")[:200],
        type=kind,
        color=fields.color(row, "route_color"),
        network=row.get("network_id"),
    )


def _repeated(
    known: dict[str, object] | dict[str, Agency] | dict[str, Stop] | dict[str, Line],
    row: Row,
    column: str,
    fields: Fields,
    *,
    blank_is_fatal: bool = False,
) -> bool:
    """Whether the row cannot be told from another: its id is there already, or blank where it must not be."""
    value = row.get(column)
    if value in known:
        fields.findings.fatal(
            "repeated_id", f"The id {value!r} is there twice.", fields.file, row.line, column
        )
        return True
    if blank_is_fatal and not value:
        fields.findings.fatal("no_id", "The line has no id.", fields.file, row.line, column)
        return True
    return False


def unused(feed: Feed) -> Iterator[Stop]:
    """Stops that no trip calls at."""
    used = {call.stop_id for calls in feed.stop_times.values() for call in calls}
    return (stop for stop in feed.stops.values() if stop.id not in used)
