"""What follows from the size of a panel's pixels and from where its travellers stand. Pure.

A capital H fills at least 0.7 degrees of what the eye sees (EN 301 549, 5.1.4): 8.6 mm at 700 mm. What is to be touched to
go on is 20 mm high. How far a panel has room for that is the style sheet's to say (base.css).
"""

from math import radians, tan

#: Of the height of the letter's box, as Inter draws it.
_CAPITAL = 0.727
_DEGREES = 0.7


def letters_px(px_per_mm: float, distance_mm: int) -> float:
    """The size of letters, in CSS pixels, whose capitals are seen large enough from there."""
    return distance_mm * tan(radians(_DEGREES)) * px_per_mm / _CAPITAL


def style(px_per_mm: float, distance_mm: int) -> str:
    """The style sheet of such a panel: `--mm` is a millimetre, `--seen` the size that letters should have."""
    return f":root{{--mm:{px_per_mm:.3f}px;--seen:{letters_px(px_per_mm, distance_mm):.2f}px}}\n"
