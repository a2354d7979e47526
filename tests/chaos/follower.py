"""Somebody who watches a seat map, and does what the page does: a gap in the numbers means asking for the whole again."""

from uuid import UUID

from sqlalchemy import text

from core.proof.departures import LEGS, Departures
from tests.chaos.house import House
from tests.support.watcher import Watcher

_TAKEN = text("""
SELECT seat_id, leg FROM seat_locks WHERE schedule_id = :schedule AND (kind <> 'hold' OR expires_at > app_now())
""")


class Follower:
    """Watches one departure of a house over a real WebSocket, from now on."""

    def __init__(self, house: House, departures: Departures) -> None:
        self._house = house
        self._departures = departures
        self._schedule = departures.schedules[0]
        self._watcher = Watcher(house.url)
        self._watcher.join(self._schedule)
        self._read = 0
        self._last: tuple[str | None, int] = (None, 0)

    def is_right(self) -> bool:
        """Read what came, ask anew after a gap, and compare with the database."""
        self._read_on()
        seats = self._departures.seats
        sees = {
            (seat, leg)
            for seat in seats
            for leg in range(LEGS)
            if self._watcher.state_of(seat, leg) != "available"
        }
        return sees == self._taken()

    def close(self) -> None:
        self._watcher.close()

    def _read_on(self) -> None:
        heard = self._watcher.heard[self._read :]
        self._read += len(heard)
        for name, data, _ in heard:
            known, number = self._last
            follows = known is None or (data.get("epoch"), data.get("n")) == (known, number + 1)
            if name == "seats" and not follows:
                self._watcher.say("join", {"schedule_id": str(self._schedule)})
            self._last = (data.get("epoch"), data.get("n") or 0)

    def _taken(self) -> set[tuple[UUID, int]]:
        with self._house.engine.connect() as connection:
            return {tuple(row) for row in connection.execute(_TAKEN, {"schedule": self._schedule})}
