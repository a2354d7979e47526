"""The two pictures of the README: four steps at the kiosk beside each other, and the manager's day."""

from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser

from core.kernel.settings import PROJECT_ROOT
from scripts.screens_parts import admin, kiosk
from scripts.screens_parts.office import OpenOffice
from scripts.screens_parts.studio import Studio

PICTURES = PROJECT_ROOT / "docs" / "pictures"
_STEPS = ("board", "seats", "pay", "ticket")
_WIDTH, _GAP = 1600, 12
_BEHIND = (136, 136, 136)


def draw(browser: Browser, office: OpenOffice) -> None:
    """Write both, with few colours, so that the repository stays small."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    kept: dict[str, object] = {}
    with TemporaryDirectory() as folder:
        panel = Studio(browser, office, Path(folder), "kiosk", "portrait", kept)
        panel.lived()
        desk = Studio(browser, office, Path(folder), "admin", "landscape", kept)
        with admin.signed_in(desk) as page:
            admin.today(desk, page)
        kiosk.buy(panel)
        _save(_beside([_step(panel, name) for name in _STEPS]), "kiosk")
        _save(Image.open(desk.taken[-1]), "admin")


def _step(studio: Studio, name: str) -> Image.Image:
    return Image.open(next(path for path in studio.taken if path.stem.endswith(f"-{name}")))


def _beside(pictures: list[Image.Image]) -> Image.Image:
    """All of them scaled to stand in one row of the width."""
    width = (_WIDTH - _GAP * (len(pictures) - 1)) // len(pictures)
    height = round(pictures[0].height * width / pictures[0].width)
    row = Image.new("RGB", (_WIDTH, height), _BEHIND)
    for number, picture in enumerate(pictures):
        small = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        row.paste(small, (number * (width + _GAP), 0))
    return row


def _save(picture: Image.Image, name: str) -> None:
    few = picture.convert("RGB").quantize(
        256, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
    )
    few.save(PICTURES / f"{name}.png", optimize=True)
