"""A logo as it comes from anybody's machine, drawn anew: what is kept is a small PNG that this house wrote itself.

Nothing of the file survives but its pixels: no script, no comment, no place where a photograph was taken.
"""

import warnings
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageOps

from core.kernel.errors import RuleBroken

#: What a file may have, in bytes and in pixels; a small file can say that it is a huge picture.
MOST_BYTES = 1024 * 1024
_MOST_PIXELS = 16_000_000
_LEAST_SIDE = 16
#: What is kept: sharp on a panel at 110 px of height, and no burden on the first load of a kiosk.
_BOX = (480, 160)
KEPT_BYTES = 12_000


class BadLogo(RuleBroken):
    """The file is no picture that can be shown."""

    code = "bad_logo"


def drawn_anew(content: bytes) -> bytes:
    """A PNG of at most 480 by 160 pixels and 12 kB. Raises BadLogo, in words for whoever chose the file."""
    if len(content) > MOST_BYTES:
        raise BadLogo("This file is larger than 1 MB. Please save it smaller.", field="logo")
    picture = _read(content)
    for part in (1, 0.75, 0.5, 0.35):
        kept = _written(picture, part)
        if len(kept) <= KEPT_BYTES:
            return kept
    raise BadLogo("This picture has too much detail for a logo. Please choose a plainer one.", field="logo")


def _read(content: bytes) -> Image.Image:
    opened = _or_refused(lambda: Image.open(BytesIO(content), formats=("PNG", "JPEG")))
    width, height = opened.size
    if width * height > _MOST_PIXELS:
        raise BadLogo("This picture has more than 16 million pixels. Please save it smaller.", field="logo")
    if min(width, height) < _LEAST_SIDE:
        raise BadLogo(f"This picture is too small: at least {_LEAST_SIDE} pixels each way.", field="logo")
    return _or_refused(lambda: ImageOps.exif_transpose(opened).convert("RGBA"))


def _or_refused(work: Callable[[], Image.Image]) -> Image.Image:
    """A hostile file may break a reader of pictures anywhere: whatever it raises, the file is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return work()
    except Exception as error:
        raise BadLogo(
            "This is no picture that can be read. Please choose a PNG or a JPEG.", field="logo"
        ) from error


def _written(picture: Image.Image, part: float) -> bytes:
    small = picture.copy()
    small.thumbnail((int(_BOX[0] * part), int(_BOX[1] * part)), Image.Resampling.LANCZOS)
    kept = BytesIO()
    small.save(kept, "PNG", optimize=True)
    if kept.tell() > KEPT_BYTES:
        kept = BytesIO()
        small.quantize(128, method=Image.Quantize.FASTOCTREE).save(kept, "PNG", optimize=True)
    return kept.getvalue()
