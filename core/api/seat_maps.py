"""The seat map as JSON text, written quickly: it is read more often than anything else.

What stays the same (seats, prices) is kept as text for all schedules that share it, and so is every map as it was written
last; but the states are read every time, together with the count of the operator's changes of prices. As soon as one of
them has changed the map is written anew. So an answer is never older than its states and prices.
"""

import json
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.inventory.best import best_available
from core.inventory.plans import Plan, plan
from core.inventory.queries import Stretch, seat_map, taken_text
from core.inventory.states import AVAILABLE, RESERVED, SeatMap, version_of, with_state
from core.kernel.money import Money
from core.pricing.queries import seat_prices
from core.pricing.rules import NoPrice


@dataclass(frozen=True, slots=True)
class _Frame:
    """The constant text of a map: its layout, and of each seat its id, number, and text up to its state."""

    layout: str
    seats: tuple[tuple[UUID, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Written:
    """A map as it was written last: under this frame, with these seats taken."""

    frame: _Frame
    taken: str
    text: bytes


_frames: dict[Hashable, _Frame] = {}
_written: dict[Stretch, _Written] = {}
_AT_MOST = 2_000
_FREE = f'"state":"{AVAILABLE}","held_until":null}}'


def seat_map_text(schedule_id: UUID, first: int, last: int) -> bytes:
    """The JSON of `SeatMapOut`. Raises NotFound, BadStretch."""
    found = taken_text(schedule_id, first, last)
    stretch = (schedule_id, first, last)
    key = (first, last, found.terms)
    frame = _frames.get(key)
    if frame is None:
        frame = _keep(_frames, key, _frame(stretch, plan(found.layout_id)))
    before = _written.get(stretch)
    if before is None or before.frame is not frame or before.taken != found.taken:
        text = _write(stretch, frame, found.states()).encode()
        before = _keep(_written, stretch, _Written(frame, found.taken, text))
    return before.text


def _keep(memory: dict[Any, Any], key: Hashable, value: Any) -> Any:
    if len(memory) >= _AT_MOST:
        memory.clear()
    memory[key] = value
    return value


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
    prices = _prices((schedule_id, first, last))
    return {seat_id: dict(price.as_json()) for seat_id, price in prices.items()}


def best_seats(stretch: Stretch, count: int, wheelchairs: int) -> list[dict[str, Any]]:
    """The best seats for a party as `SeatOut`, or [] when there are not that many. Raises NotFound, BadStretch."""
    seats, prices = seat_map(*stretch).seats, _prices(stretch)
    found = best_available(seats, count, prices, wheelchairs)
    shown = [(seat.as_json(), prices.get(seat.id)) for seat in found]
    return [{**seat, "price": dict(price.as_json()) if price else None} for seat, price in shown]


def _prices(stretch: Stretch) -> dict[UUID, Money]:
    try:
        return seat_prices(*stretch)
    except NoPrice:
        return {}


def _end(state: str, held_until: datetime | None) -> str:
    until = f'"{held_until.isoformat()}"' if held_until and state == RESERVED else "null"
    return f'"state":"{state}","held_until":{until}}}'


def _frame(stretch: Stretch, layout: Plan) -> _Frame:
    prices = prices_of_seats(*stretch)
    seats = []
    for seat in layout.seats:
        constant = with_state(seat, AVAILABLE, None).as_json()
        del constant["state"], constant["held_until"]
        seats.append((seat.id, seat.number, _text({**constant, "price": prices.get(seat.id)})[:-1] + ","))
    empty = SeatMap(*stretch, layout, ())
    return _Frame(_text(empty.as_json()["layout"]), tuple(seats))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
