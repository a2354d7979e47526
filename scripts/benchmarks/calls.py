"""The requests that are measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

from core.accounts.callers import sign_guest
from scripts.benchmarks.bench import Bench, Call

#: Each hold is for two seats on two legs.
FIRST, LAST = 1, 3


class Buyers:
    """Guests who hold two free seats each, until all schedules are full."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._pairs = self._free_pairs()

    def calls(self, count: int) -> list[Call]:
        """So many holds that nobody made before."""
        with self._bench.app.app_context():
            return [self._call() for _ in range(count)]

    def _call(self) -> Call:
        schedule_id, pair = next(self._pairs)
        body = {
            "schedule_id": schedule_id,
            "from_position": FIRST,
            "to_position": LAST,
            "passengers": [
                {"seat_id": seat, "full_name": "Maria Almeida", "details": _DETAILS} for seat in pair
            ],
            "contact_email": "maria@example.org",
        }
        headers = (("X-Guest-Session", sign_guest(uuid4().hex)),)
        return Call("/api/v1/reservations/create", json.dumps(body), headers)

    def _free_pairs(self) -> Iterator[tuple[str, list[str]]]:
        seats = [str(seat) for seat in self._bench.data.seats]
        for at in range(0, len(seats) - 1, 2):
            for schedule_id in self._bench.data.schedules:
                yield str(schedule_id), seats[at : at + 2]


_DETAILS = {"document_kind": "passport", "document_number": "P1234567", "phone": "+351912345678"}
