"""What a floor above the timetable brings in with a feed: read out of the same files, stored in the same transaction."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from core.timetable.gtfs.business import StoredOperator
from core.timetable.gtfs.feed import Feed
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.reader import Source
from core.timetable.gtfs.report import Report


@dataclass(frozen=True, slots=True)
class Network:
    """What was stored of a feed: operators by agency id, places by stop id, routes by route id."""

    feed: Feed
    operators: dict[str, StoredOperator]
    places: dict[str, UUID]
    routes: dict[str, UUID]

    def operator_of(self, line_id: str) -> StoredOperator:
        """The operator of a route."""
        return self.operators[self.feed.lines[line_id].agency_id]


class Companion(Protocol):
    """Fares, for example."""

    @property
    def files(self) -> frozenset[str]:
        """The files that it reads."""
        ...

    def read(self, source: Source, feed: Feed, findings: Findings) -> None:
        """Read and check, after the timetable was read and before anything is stored."""
        ...

    def store(self, network: Network, report: Report) -> None:
        """Store, in the open transaction, after places and routes and before departures."""
        ...
