"""Printing a page of our own making with WeasyPrint, in the ticket's fonts.

The stylesheet and its fonts are read once and kept; a warm page takes a few hundredths of a second. Pages ask
nobody for anything: the fetcher below refuses every address but the font files.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from core.kernel.assets import NODE_MODULES
from core.kernel.context import TEMPLATES

FONTS = NODE_MODULES / "@fontsource" / "inter" / "files"
#: Inter comes in pieces, each with its letters; each is a family of its own here, tried in this order.
_PIECES = ("latin", "latin-ext", "cyrillic", "greek", "vietnamese")
#: A variable font: only tickets in its script pay for making it small.
ARABIC = NODE_MODULES.joinpath(
    "@fontsource-variable", "noto-sans-arabic", "files", "noto-sans-arabic-arabic-wght-normal.woff2"
)
#: Fixed weights: a variable font would have to be reduced for every document, which takes 40 ms each.
_WEIGHTS = (400, 700)
#: Fontconfig and Pango are asked by one thread at a time.
_lock = threading.Lock()


def printed(page: str, images: dict[str, Any], stylesheet: str) -> bytes:
    """The PDF. `images`, by their address, draw themselves as WeasyPrint asks its own to."""
    file = BytesIO()
    with _lock, _no_collector():
        fonts, css = _style(stylesheet)
        HTML(string=page, url_fetcher=OnlyFonts()).write_pdf(
            file, stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1", cache=images
        )
    return file.getvalue()


@contextmanager
def _no_collector() -> Iterator[None]:
    """The garbage collector would look through the growing page again and again: a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class RefusedAddress(ValueError):
    """A page asked for something that is not a font of ours."""


class OnlyFonts(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Opens the font files beside the product, and nothing else: no network, no other file."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:  # noqa: ARG002 - WeasyPrint's signature
        path = _font_path(url)
        if path is None:
            _refuse(url)
        return URLFetcherResponse(path.as_uri(), path.read_bytes(), {"Content-Type": "font/woff2"})


def _font_path(url: str) -> Path | None:
    if not url.startswith("file://"):
        return None
    path = Path(unquote(url.removeprefix("file://"))).resolve()
    ours = path.parent in (FONTS.resolve(), ARABIC.parent.resolve())
    return path if ours and path.suffix == ".woff2" else None


def _refuse(url: str) -> NoReturn:
    raise RefusedAddress(f"documents load nothing from elsewhere: {url[:80]}")


@lru_cache(maxsize=4)
def _style(stylesheet: str) -> tuple[FontConfiguration, CSS]:
    fonts = FontConfiguration()
    css = (TEMPLATES / stylesheet).read_text(encoding="utf-8")
    return fonts, CSS(string=_font_faces() + css, font_config=fonts, url_fetcher=OnlyFonts())


def _font_faces() -> str:
    """Inter and its neighbour where the browser packages are installed; the system's fonts where not."""
    latin = "".join(
        f'@font-face {{ font-family: "Inter {piece}"; src: url("{path.as_uri()}") format("woff2"); '
        f"font-weight: {weight} }}\n"
        for piece in _PIECES
        for weight in _WEIGHTS
        if (path := FONTS / f"inter-{piece}-{weight}-normal.woff2").is_file()
    )
    if not ARABIC.is_file():
        return latin
    arabic = f'@font-face {{ font-family: "Noto Arabic"; src: url("{ARABIC.as_uri()}") format("woff2"); font-weight: 100 900 }}'
    return f"{latin}{arabic}\n"
