"""Cuts the fonts of the kiosk down to the letters and weights that its languages are written with.

Inter for the European languages weighs 133 kB, of which most are letters of other languages, features and weights that
no screen uses. The cuts stand after the whole fonts in the style sheet and win for the letters that they have; a browser
that meets any other letter loads the whole font as before. (Inter and Noto: SIL Open Font License, no reserved names.)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter, parse_unicodes
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

#: What the style sheets ask for, beside what letters need to join and to stand at their places.
_FEATURES = [
    "tnum", "cv05", "zero", "kern", "mark", "mkmk", "ccmp", "locl", "calt", "liga", "rlig", "init", "medi", "fina", "isol",
]  # fmt: skip
#: Widths follow from the outlines themselves; names of weights are for menus of word processors.
_KNOWN_OTHERWISE = {"HVAR", "MVAR", "STAT"}
_LIGHTEST, _BOLDEST = 400, 800


@dataclass(frozen=True)
class Cut:
    """A part of a font, under the same family's name. `letters` as in CSS: "U+0000-00FF,U+20AC"."""

    name: str
    family: str
    file: str
    letters: str


CUTS = (
    Cut(
        "inter-european", "Inter Variable", "inter/files/inter-latin-ext-wght-normal.woff2",
        "U+0100-017F,U+0218-021B,U+1E9E,U+20BA",
    ),
    Cut(
        "inter", "Inter Variable", "inter/files/inter-latin-wght-normal.woff2",
        "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212",
    ),
    Cut(
        "noto-arabic", "Noto Sans Arabic Variable", "noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2",
        "U+060C,U+061B,U+061F,U+0621-063A,U+0640-0652,U+066A",
    ),
)  # fmt: skip


def cut_fonts(packages: Path, folder: Path) -> Path:
    """Write the cuts and the style sheet that names them into `folder`; returns the style sheet."""
    for cut in CUTS:
        font = TTFont(
            packages / "@fontsource-variable" / cut.file, recalcTimestamp=False
        )  # the same bytes each time
        _keep(font, cut.letters)
        instantiateVariableFont(font, {"wght": (_LIGHTEST, _BOLDEST)}, inplace=True)
        for table in _KNOWN_OTHERWISE & set(font.keys()):
            del font[table]
        font.flavor = "woff2"
        font.save(folder / f"{cut.name}.woff2")
    style = folder / "cuts.css"
    style.write_text("".join(map(_face, CUTS)), encoding="utf-8")
    return style


def _keep(font: TTFont, letters: str) -> None:
    options = Options()
    options.layout_features = _FEATURES
    options.hinting = False  # of use below 16 px, which no kiosk shows
    options.name_IDs = [1, 2]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=parse_unicodes(letters))
    subsetter.subset(font)


def _face(cut: Cut) -> str:
    """Of the same weights as the whole font, or browsers would take them for two fonts and load both."""
    return (
        f'@font-face{{font-family:"{cut.family}";font-style:normal;font-display:swap;'
        "font-weight:100 900;"
        f'src:url("./{cut.name}.woff2") format("woff2-variations");unicode-range:{cut.letters}}}\n'
    )
