"""The seat map as JSON text, written quickly: it is read more often than anything else.

What stays the same for a while (seats, prices) is kept as text for some seconds, and so is the whole map; but the states
are read every time, and as soon as one has changed the map is written anew. So an answer is never older than its states.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.accounts.remembered import Remembered
from core.inventory.plans import Plan
from core.inventory.queries import Stretch, taken_seats
from core.inventory.states import AVAILABLE, RESERVED, SeatMap, version_of, with_state
from core.pricing.queries import seat_prices
from core.pricing.rules import NoPrice

#: A changed price is seen at the latest after so many seconds; a hold always asks for the present one.
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Frame:
    """The constant text of a map: its layout, and of each seat its id, number, and text up to its state."""

    layout: str
    seats: tuple[tuple[UUID, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Written:
    """A map as it was written last: under this frame, with these seats taken."""

    frame: _Frame
    taken: dict[UUID, tuple[str, datetime | None]]
    text: str


_frames: Remembered[Stretch, _Frame] = Remembered(SECONDS, size=5_000)
_written: dict[Stretch, _Written] = {}
_AT_MOST = 2_000
_FREE = f'"state":"{AVAILABLE}","held_until":null}}'


def seat_map_text(schedule_id: UUID, first: int, last: int) -> str:
    """The JSON of `SeatMapOut`. Raises NotFound, BadStretch."""
    plan, taken = taken_seats(schedule_id, first, last)
    stretch = (schedule_id, first, last)
    frame = _frames.get(stretch, lambda: _frame(schedule_id, first, last, plan))
    before = _written.get(stretch)
    if before is None or before.frame is not frame or before.taken != taken:
        if len(_written) >= _AT_MOST:
            _written.clear()
        before = _written[stretch] = _Written(frame, taken, _write(stretch, frame, taken))
    return before.text


def _write(stretch: Stretch, frame: _Frame, taken: dict[UUID, tuple[str, datetime | None]]) -> str:
    schedule_id, first, last = stretch
    seats, states = [], []
    for seat_id, number, start in frame.seats:
        state = taken.get(seat_id)
        seats.append(start + (_FREE if state is None else _end(*state)))
        states.append((number, AVAILABLE if state is None else state[0]))
    return (
        f'{{"schedule_id":"{schedule_id}","from_position":{first},"to_position":{last},'
        f'"version":{version_of(states)},"available":{len(seats) - len(taken)},"layout":{frame.layout},'
        f'"seats":[{",".join(seats)}]}}'
    )


def prices_of_seats(schedule_id: UUID, first: int, last: int) -> dict[UUID, dict[str, Any]]:
    """What one adult pays on each seat, as money; nothing where no price is set."""
    try:
        found = seat_prices(schedule_id, first, last)
    except NoPrice:
        return {}
    return {seat_id: dict(price.as_json()) for seat_id, price in found.items()}


def _end(state: str, held_until: datetime | None) -> str:
    until = f'"{held_until.isoformat()}"' if held_until and state == RESERVED else "null"
    return f'"state":"{state}","held_until":{until}}}'


def _frame(schedule_id: UUID, first: int, last: int, plan: Plan) -> _Frame:
    prices = prices_of_seats(schedule_id, first, last)
    seats = []
    for seat in plan.seats:
        constant = with_state(seat, AVAILABLE, None).as_json()
        del constant["state"], constant["held_until"]
        seats.append((seat.id, seat.number, _text({**constant, "price": prices.get(seat.id)})[:-1] + ","))
    empty = SeatMap(schedule_id, first, last, plan, ())
    return _Frame(_text(empty.as_json()["layout"]), tuple(seats))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
