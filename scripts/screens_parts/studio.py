"""What a part draws with: a browser of one size, the office, and the folder for the pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

from scripts.screens_parts.day import Day, live_through
from scripts.screens_parts.office import OpenOffice

SIZES: dict[str, tuple[int, int]] = {
    "portrait": (1080, 1920),
    "landscape": (1440, 900),
    "phone": (390, 844),
}
_HEIGHT = "document.documentElement.scrollHeight"


@dataclass
class Studio:
    """`kept` lives for all sizes: what can be had only once, such as a pairing, is put there."""

    browser: Browser
    office: OpenOffice
    folder: Path
    part: str
    size: str
    kept: dict[str, Any]
    taken: list[Path] = field(default_factory=list)

    @contextmanager
    def page(self, **context: Any) -> Iterator[Page]:
        """A page of this size without any memory, unless `storage_state` gives it some."""
        width, height = SIZES[self.size]
        opened = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="en-GB", **context
        )
        opened.set_default_timeout(15_000)
        try:
            yield opened.new_page()
        finally:
            opened.close()

    def lived(self) -> Day:
        """What happened at the station; it happens when the first part asks for it."""
        if "day" not in self.kept:
            self.kept["day"] = live_through(self.office)
        day: Day = self.kept["day"]
        return day

    def shoot(self, page: Page, name: str, *, whole: bool = False) -> None:
        """One picture; numbered, so that they lie in the order of the walk. `whole` takes the page below the edge too."""
        page.wait_for_timeout(400)  # what fades has faded
        if whole:
            width, least = SIZES[self.size]
            page.set_viewport_size({"width": width, "height": max(least, page.evaluate(_HEIGHT))})
            page.wait_for_timeout(200)  # what fills the height has grown
        page.screenshot(path=self._next(name))
        if whole:
            page.set_viewport_size({"width": width, "height": least})

    def keep(self, picture: Image.Image, name: str) -> None:
        """A picture that no browser took, numbered among the others."""
        picture.save(self._next(name))

    def _next(self, name: str) -> Path:
        self.taken.append(self.folder / f"{self.part}-{self.size}-{len(self.taken) + 1:02d}-{name}.png")
        return self.taken[-1]
