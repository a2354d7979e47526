"""Strings that break careless programs."""

import json
from pathlib import Path

_FILE = Path(__file__).parents[1] / "data" / "bad-strings" / "blns.json"

#: The Big List of Naughty Strings, as it is.
BAD_STRINGS: list[str] = json.loads(_FILE.read_text(encoding="utf-8"))
#: Those that PostgreSQL can hold in a text column.
STORABLE: list[str] = [each for each in BAD_STRINGS if "\x00" not in each]
