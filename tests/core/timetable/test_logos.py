"""A logo is drawn anew: nothing of the file is left but its pixels, and what is no picture is refused in words."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.timetable.logos import KEPT_BYTES, MOST_BYTES, BadLogo, drawn_anew


def picture(
    kind: str = "PNG", size: tuple[int, int] = (900, 300), mode: str = "RGB", **more: object
) -> bytes:
    made = BytesIO()
    Image.new(mode, size, 120).save(made, kind, **more)
    return made.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("JPEG", "CMYK"), ("JPEG", "RGB")])  # fmt: skip
def test_any_png_or_jpeg_becomes_a_small_png(kind: str, mode: str) -> None:
    kept = Image.open(BytesIO(drawn_anew(picture(kind, mode=mode))))
    assert kept.format == "PNG"
    assert kept.size == (480, 160)


def test_nothing_but_the_pixels_is_left() -> None:
    told = PngInfo()
    told.add_text("Comment", "<script>alert(1)</script>")
    kept = drawn_anew(picture(pnginfo=told) + b"<?php echo 1 ?>")
    assert b"script" not in kept
    assert b"php" not in kept
    assert Image.open(BytesIO(kept)).info == {}


def test_a_photograph_is_made_small_enough() -> None:
    noise = BytesIO()
    Image.effect_noise((800, 400), 90).convert("RGB").save(noise, "JPEG", quality=80)
    assert len(drawn_anew(noise.getvalue())) <= KEPT_BYTES


HUGE = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")  # fmt: skip
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>1</script></svg>'


@pytest.mark.parametrize(
    "hostile",
    [b"", b"\0" * 100, SVG, b"GIF89a" + b"\1" * 50, HUGE, picture("JPEG")[:200], b"%PDF-1.7",
     picture("GIF", mode="P"), picture("TIFF"), picture(size=(8, 400)), b"\x89PNG\r\n\x1a\n" + b"\xff" * 500,
     picture() + b"\0" * MOST_BYTES],
)  # fmt: skip
def test_hostile_files_are_refused_in_words(hostile: bytes) -> None:
    with pytest.raises(BadLogo) as refused:
        drawn_anew(hostile)
    assert refused.value.details["field"] == "logo"
    assert "Please" in refused.value.message or "too small" in refused.value.message
