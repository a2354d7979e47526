"""Seat plans from lines of text, and the ones that come with the product.

A line is a row of the vehicle, front first; a letter is a place of the grid:

    S seat   L seat with legroom   P premium seat   Z sleeper   W wheelchair place   C companion's seat
    a seat at a table   b seat at a table, facing back   B seat facing back
    F first class   J business   U premium economy   Y economy   X economy in an exit row
    D driver   E door   T toilet   t table   H stairs   G galley   x exit   w wing   R screen   A stage   _ or . nothing

A sleeper is a berth: it lies over its own place and the one behind it where that is nothing. A wing reaches out on both
sides of its row. The rows before a stage are arcs around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

#: letter -> (seat type, features)
_SEATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "S": ("standard", ()),
    "L": ("standard", ("legroom",)),
    "P": ("premium", ("legroom",)),
    "Z": ("sleeper", ()),
    "W": ("standard", ("wheelchair",)),
    "C": ("standard", ("companion",)),
    "B": ("standard", ("facing_back",)),
    "a": ("standard", ("table",)),
    "b": ("standard", ("table", "facing_back")),
    "F": ("first", ("legroom",)),
    "J": ("business", ("legroom",)),
    "U": ("premium_economy", ("legroom",)),
    "Y": ("economy", ()),
    "X": ("economy", ("legroom", "exit_row")),
}
_FIXTURES = {
    "D": "driver",
    "E": "door",
    "T": "toilet",
    "t": "table",
    "H": "stairs",
    "G": "galley",
    "x": "exit",
    "w": "wing",
    "R": "screen",
    "A": "stage",
}
_NOTHING = "_. "
_OPEN = f"{_NOTHING}w"


@dataclass(frozen=True, slots=True)
class PlannedSeat:
    """A seat of a plan; deck, row and column are grid places from 0."""

    number: str
    deck: int
    row: int
    column: int
    type: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedFixture:
    """A thing that takes a place of the grid and is no seat."""

    kind: str
    deck: int
    row: int
    column: int

    def as_json(self) -> dict[str, str | int]:
        """As kept in `layouts.fixtures`."""
        return {"kind": self.kind, "deck": self.deck, "row": self.row, "column": self.column}


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """A whole plan, ready to be stored as a layout."""

    code: str
    name: str
    rows: int
    columns: int
    decks: int
    seats: tuple[PlannedSeat, ...]
    fixtures: tuple[PlannedFixture, ...]


def plan(code: str, name: str, *decks: Sequence[str], lettered: bool = False, hall: bool = False) -> SeatPlan:
    """The plan drawn in lines of text, one sequence a deck. Seats are numbered 1, 2, 3 ... from the front left, by row
    and letter (1A) when `lettered`, by lettered row and place (A1, rows Z, AA) in a `hall`. ValueError for a letter that means nothing, or for a plan without a seat.
    """
    columns = max((len(line) for deck in decks for line in deck), default=0)
    seats: list[PlannedSeat] = []
    fixtures: list[PlannedFixture] = []
    row_number = 0
    for deck, lines in enumerate(decks):
        for row, line in enumerate(lines):
            found = _seats_of(line, deck, row, columns, front=row_number == 0)
            fixtures += _fixtures_of(line, deck, row)
            row_number += bool(found)
            for place, (column, kind, features) in enumerate(found):
                counted = str(len(seats) + 1)
                number = _number(row_number, place, lettered=lettered, hall=hall) or counted
                seats.append(PlannedSeat(number, deck, row, column, kind, features))
    if not seats:
        raise ValueError("a plan needs at least one seat")
    rows = max(len(lines) for lines in decks)
    return SeatPlan(code, name, rows, columns, len(decks), tuple(seats), tuple(fixtures))


def _number(row: int, place: int, *, lettered: bool, hall: bool) -> str:
    if hall:
        name = ascii_uppercase[(row - 1) % 26]
        return f"{name * ((row - 1) // 26 + 1)}{place + 1}"
    return f"{row}{ascii_uppercase[place]}" if lettered else ""


def _seats_of(
    line: str, deck: int, row: int, columns: int, *, front: bool
) -> list[tuple[int, str, tuple[str, ...]]]:
    found = []
    for column, letter in enumerate(line):
        if letter in _SEATS:
            kind, features = _SEATS[letter]
            found.append((column, kind, (*features, *_position(line, column, columns, front=front))))
        elif letter not in _FIXTURES and letter not in _NOTHING:
            raise ValueError(f"deck {deck + 1}, row {row + 1}: {letter!r} means nothing")
    return found


def _position(line: str, column: int, columns: int, *, front: bool) -> list[str]:
    neighbours = [line[n] for n in (column - 1, column + 1) if 0 <= n < len(line)]
    features = ["window"] if column in (0, columns - 1) else []
    if any(neighbour in _OPEN for neighbour in neighbours):
        features.append("aisle")
    return [*features, "front"] if front else features


def _fixtures_of(line: str, deck: int, row: int) -> list[PlannedFixture]:
    return [
        PlannedFixture(_FIXTURES[letter], deck, row, column)
        for column, letter in enumerate(line)
        if letter in _FIXTURES
    ]


COACH = plan(
    "coach-49",
    "Coach, 49 seats",
    (
        "D___E",
        "LL_LL",
        "WC_SS",
        "SS_SS",
        "SS_SS",
        "SS_SS",
        "SS_E_",
        "SS_T_",
        "SS_LL",
        "SS_SS",
        "SS_SS",
        "SS_SS",
        "SS_SS",
        "SSSSS",
    ),
)

COACH_VIP = plan(
    "coach-vip-44",
    "VIP coach, 44 seats",
    (
        "D___E",
        "P__PP",
        "P__PP",
        "P__PP",
        "___SS",
        "T__SS",
        "E__SS",
        "SS_SS",
        "SS_SS",
        "SS_SS",
        "SS_SS",
        "SS_SS",
        "SS_SS",
        "SSSSS",
    ),
)

MIDI = plan(
    "midi-28",
    "Midi bus, 28 seats",
    ("D__E", "LL_L", "SS_S", "SS_S", "SS_S", "SS_S", "SS_S", "SS_S", "SS_S", "SSSS"),
)

RAIL_COACH = plan(
    "rail-coach-60",
    "Rail coach, 60 seats",
    ("E___E", "WC_LL", *("SS_SS",) * 6, "aa_aa", "bb_bb", *("BB_BB",) * 6, "E_T_E"),
    lettered=True,
)


def plan_for_route_type(gtfs_type: int | None) -> SeatPlan:
    """The plan that a vehicle of a GTFS (extended) route type starts with: trains the rail coach, all else the coach."""
    rail = {0, 1, 2, 5, 7, 12}
    if gtfs_type is not None and (
        gtfs_type in rail or 100 <= gtfs_type < 200 or 300 <= gtfs_type < 700 or 900 <= gtfs_type < 1000
    ):
        return RAIL_COACH
    return COACH
