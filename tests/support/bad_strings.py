"""Strings that break careless programs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

_FILE = Path(__file__).parents[1] / "data" / "bad-strings" / "blns.json"

#: The Big List of Naughty Strings, as it is.
BAD_STRINGS: list[str] = json.loads(_FILE.read_text(encoding="utf-8"))
#: Those that PostgreSQL can hold in a text column.
STORABLE: list[str] = [each for each in BAD_STRINGS if "\x00" not in each]

#: One of each of the worst kinds, for fields of which each is tried by itself; short, but for one, so that they fit.
WORST: list[str] = [
    "Ana\x00Bo", "Ana\x1b[2J", "Ana\ud800", "Ana\u202eoB", "x" * 5_000, "');--<script>alert(1)</script>", "=cmd|'/C'!A0{{7*7}}%s",
    "👩‍💻💩 ż̌",
]  # fmt: skip
#: For fields that are read as numbers, amounts, moments, ids or one of a list.
WORST_NUMBERS: list[str] = [
    "1\x00",
    "\ud800",
    "NaN",
    "sNaN",
    "9" * 5_000,
    "²",
    "0001-01-01T00:00",
    "');--<b>",
]


@pytest.fixture
def one_in(pytestconfig: pytest.Config) -> Callable[..., list[str]]:
    """`one_in(8)`: every eighth of the big list, from the first on or from `turn`; all of them in the long tier."""
    everything = bool(pytestconfig.getoption("--long"))
    return lambda step, turn=0: BAD_STRINGS if everything else BAD_STRINGS[turn::step]


@pytest.fixture
def part_of(pytestconfig: pytest.Config) -> Callable[..., list[str]]:
    """`part_of(WORST, turn, 3)`: every third word, and other ones at the next turn; all of them in the long tier."""
    everything = bool(pytestconfig.getoption("--long"))
    return lambda words, turn, parts=2: words if everything else words[turn % parts :: parts]
