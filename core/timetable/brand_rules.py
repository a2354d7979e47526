"""Colours that can be read: the contrast of WCAG 2.2, and the shades of an operator's colour that a screen needs. Pure.

The colour stands under white words: in the bar above each screen and in the button that goes on. In dark the bar is darker,
and the button as much lighter as it takes to be seen on dark paper. High contrast knows no colours but its own, and what a
colour means (free, yours, stop) never changes.
"""

import re
from dataclasses import dataclass

from core.kernel.errors import RuleBroken

#: For text and for what can be touched, WCAG 2.2, 1.4.3 and 1.4.11.
LEAST, LEAST_OF_AREAS = 4.5, 3.0
#: The paper and the ground of core/static/tokens.css in dark; the test of this file holds them together.
DARK_PAPER, DARK_GROUND = "#101b29", "#0a121d"
_WHITE, _BLACK = "#ffffff", "#000000"
_WRITTEN = re.compile(r"#[0-9a-f]{6}")
_STEPS = 100
_PRESSED = 0.24


@dataclass(frozen=True, slots=True)
class Shades:
    """What a screen is drawn with: the head, the button that goes on, and the same while it is pressed."""

    head: str
    action: str
    press: str


def readable(written: str) -> str:
    """The colour as `#rrggbb`. Raises RuleBroken `bad_colour`, or `pale_colour` with the nearest shade that can be read."""
    colour = written.strip().lower()
    if not _WRITTEN.fullmatch(colour):
        raise RuleBroken("A colour is # and six figures or letters up to f, such as #00664f.", code="bad_colour", field="colour")  # fmt: skip
    found = contrast(colour, _WHITE)
    if found < LEAST:
        near = _until(LEAST, colour, _BLACK, _WHITE)
        raise RuleBroken(
            f"White words on this colour would be hard to read: {found:.1f} to 1, where {LEAST} to 1 is the least. "
            f"The nearest shade on which they can be read is {near}.",
            code="pale_colour", field="colour", nearest=near,
        )  # fmt: skip
    return colour


def light(colour: str) -> Shades:
    """The shades in light of a colour that is readable."""
    return Shades(colour, colour, mixed(colour, _BLACK, _PRESSED))


def dark(colour: str) -> Shades:
    """The shades in dark. Whatever is only just 3 to 1 from dark paper is more than 4.5 to 1 from white."""
    action = _until(LEAST_OF_AREAS, colour, _WHITE, DARK_PAPER)
    return Shades(mixed(colour, DARK_GROUND, 0.5), action, mixed(action, _BLACK, _PRESSED))


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, other: str, part: float) -> str:
    """The colour with such a part, from 0 to 1, of the other in it."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def _until(least: float, colour: str, towards: str, ground: str) -> str:
    """As little of black or white in it as makes it so far from this ground."""
    shades = (mixed(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next(shade for shade in shades if contrast(shade, ground) >= least)


def _luminance(colour: str) -> float:
    parts = (part / 255 for part in _parts(colour))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
