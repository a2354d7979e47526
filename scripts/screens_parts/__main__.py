"""`scripts/screens [PART ...] [--sizes SIZE ...] [--readme]`: see the script."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

from core.kernel.settings import PROJECT_ROOT
from scripts.screens_parts import readme
from scripts.screens_parts.office import open_office
from scripts.screens_parts.parts import PARTS
from scripts.screens_parts.studio import SIZES, Studio
from tests.support.browser import CHROMIUM_FLAGS, chromium_path


def main() -> None:
    """Draw the parts that were asked for, in the sizes that were asked for; or what the README shows."""
    asked = arguments()
    folder = Path(asked.folder)
    folder.mkdir(parents=True, exist_ok=True)
    kept: dict[str, object] = {}
    with open_office() as office, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        if asked.readme:
            readme.draw(browser, office)
        for part in () if asked.readme else asked.parts or PARTS:
            for size in asked.sizes or SIZES:
                studio = Studio(browser, office, folder, part, size, kept)
                PARTS[part](studio)
                print(f"{part}, {size}: {len(studio.taken)} pictures")
        browser.close()
    print(f"They are in {readme.PICTURES if asked.readme else folder}")


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What is asked for. Ends with a sentence on the standard error when it makes no sense."""
    parser = argparse.ArgumentParser(prog="scripts/screens", description="Photograph the screens.")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"which of {', '.join(PARTS)}; all without any"
    )
    parser.add_argument("--sizes", nargs="+", choices=SIZES, help="only these; all of them without")
    parser.add_argument("--folder", default=PROJECT_ROOT / "var" / "screens")
    parser.add_argument("--readme", action="store_true", help="make the pictures of the README again")
    asked = parser.parse_args(given)
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return asked


if __name__ == "__main__":
    main()
