"""What is kept of what people type, and what nobody could read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.words import in_one_line, is_showable


@given(st.text())
def test_one_line_is_kept_as_it_is(text: str) -> None:
    line = in_one_line(text)
    assert in_one_line(line) == line
    assert len(line.splitlines()) < 2


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Ana \n\t Bo ", "Ana Bo"), ("Ana\u202eoB", "AnaoB"), ("\ufeffAna", "Ana"), ("نور ثامر", "نور ثامر")],
)
def test_what_is_kept(typed: str, kept: str) -> None:
    assert in_one_line(typed) == kept


@pytest.mark.parametrize("text", ["Ana", "Ștefania Țăndărică", "👩‍💻", "a\u2003b", ""])
def test_what_people_can_read(text: str) -> None:
    assert is_showable(text)


@pytest.mark.parametrize("text", ["\x00", "a\x1b[2J", "\ud800", "\ue000", "\u0378"])
def test_what_nobody_can_read(text: str) -> None:
    assert not is_showable(text)
