"""Colours that can be read: what is refused, and that every shade of what is not keeps 4.5 to 1."""

import random

import pytest

from core.kernel.errors import RuleBroken
from core.tickets.pages import tokens
from core.timetable import brand_rules
from core.timetable.brand_rules import LEAST, LEAST_OF_AREAS, contrast


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#00664f", "#ffffff") == pytest.approx(6.9, abs=0.1)


def test_the_grounds_are_those_of_the_design_tokens() -> None:
    light, dark = tokens(), tokens('[data-theme="dark"] {')
    assert light["on_head"] == light["paper"] == "#ffffff"
    assert (dark["paper"], dark["ground"]) == (brand_rules.DARK_PAPER, brand_rules.DARK_GROUND)


@pytest.mark.parametrize("written", ["", "#fff", "00664f", "#00664g", "#00664f;}", "red", "#00664f\n#", "＃00664f", "#００664f"])  # fmt: skip
def test_what_is_no_colour_is_refused(written: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        brand_rules.readable(written)
    assert refused.value.code == "bad_colour"


@pytest.mark.parametrize("pale", ["#ffcc00", "#7fbf3f", "#ff6600", "#888888", "#ffffff"])
def test_a_colour_in_which_words_are_hard_to_read_is_refused_with_one_that_is_not(pale: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        brand_rules.readable(pale)
    assert refused.value.code == "pale_colour"
    nearest = refused.value.details["nearest"]
    assert nearest in refused.value.message
    assert brand_rules.readable(nearest) == nearest


def test_every_shade_of_a_readable_colour_can_be_read() -> None:
    chance = random.Random(7)
    tried = 0
    for _ in range(3000):
        colour = f"#{chance.randrange(2**24):06x}"
        try:
            found = brand_rules.readable(colour.upper())
        except RuleBroken:
            continue
        tried += 1
        light, dark = brand_rules.light(found), brand_rules.dark(found)
        for area in (light.head, light.action, light.press, dark.head, dark.action, dark.press):
            assert contrast(area, "#ffffff") >= LEAST, colour
        assert contrast(dark.action, brand_rules.DARK_PAPER) >= LEAST_OF_AREAS, colour
    assert tried > 500
