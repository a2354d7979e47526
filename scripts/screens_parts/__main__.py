"""`scripts/screens [PART ...] [--sizes SIZE ...]`: see the script."""

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

from core.kernel.settings import PROJECT_ROOT
from scripts.screens_parts.office import open_office
from scripts.screens_parts.parts import PARTS
from scripts.screens_parts.studio import SIZES, Studio
from tests.support.browser import CHROMIUM_FLAGS, chromium_path


def main() -> None:
    """Draw the parts that were asked for, in the sizes that were asked for."""
    asked = _arguments()
    folder = Path(asked.folder)
    folder.mkdir(parents=True, exist_ok=True)
    kept: dict[str, object] = {}
    with open_office() as office, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        for part in asked.parts or PARTS:
            for size in asked.sizes:
                studio = Studio(browser, office, folder, part, size, kept)
                PARTS[part](studio)
                print(f"{part}, {size}: {len(studio.taken)} pictures")
        browser.close()
    print(f"They are in {folder}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/screens", description="Photograph the screens.")
    parser.add_argument("parts", nargs="*", metavar="PART", help="which part; all without any")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--folder", default=PROJECT_ROOT / "var" / "screens")
    asked = parser.parse_args()
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return asked


if __name__ == "__main__":
    main()
