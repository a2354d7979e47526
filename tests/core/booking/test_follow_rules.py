"""Who travelled, by what gate and check-in know."""

import pytest

from core.booking.follow_rules import Presence, outcome

#: used, checked in, a gate was at work, the trade has a check-in
CASES = [
    ((True, False, True, False), "known", "completed"),
    ((False, False, True, False), "known", "no_show"),
    ((False, False, False, False), "known", "completed"),
    ((False, False, False, True), "known", "no_show"),
    ((False, True, False, True), "known", "completed"),
    ((False, True, True, True), "known", "no_show"),
    ((False, False, False, False), "unused", "no_show"),
    ((True, False, True, False), "unused", "completed"),
    ((False, False, True, True), "never", "completed"),
]


@pytest.mark.parametrize(("seen", "rule", "ends"), CASES)
def test_outcome(seen: tuple[bool, bool, bool, bool], rule: str, ends: str) -> None:
    assert outcome(Presence(*seen), rule) == ends
