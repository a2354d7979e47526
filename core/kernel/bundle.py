"""The kiosk's bundle: which files of `kiosk/static/build` a page names, as long as they were made from today's sources.

`scripts/bundle` makes it at set-up. A page never names a bundle that is older than a source: then it names the modules
and style sheets themselves, so that whoever edits one sees it after a reload. Nothing here but the standard library, for
set-up asks as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT_ROOT / "kiosk" / "static" / "build"
MANIFEST = FOLDER / "manifest.json"

#: Whatever changes the bundle when it changes: sources, the packages bundled with them, and the bundler.
_SOURCES = (
    ("kiosk/static/js", "**/*.js"),
    ("kiosk/static/css", "*.css"),
    ("kiosk/static/fonts", "*.woff2"),
    ("core/static", "*.css"),
    ("kiosk", "package-lock.json"),
    ("scripts/bundle", "*.*"),
)

#: What the manifest says by one name each, in the order of `Bundle`.
_SINGLE = ("main", "pairing", "wall", "wall_style", "style", "far_fonts")

Stamps = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Bundle:
    """Names of files in `FOLDER`. `needed` are the scripts that `main` imports at once."""

    main: str
    pairing: str
    wall: str
    wall_style: str
    style: str
    far_fonts: str
    fonts: tuple[str, ...]
    needed: tuple[str, ...]


def current() -> Bundle | None:
    """The bundle of today's sources; None when it is missing or a source is newer than it."""
    try:
        made = _read(MANIFEST.stat().st_mtime_ns)
    except OSError:
        return None
    return made[1] if made and made[0] == sources_digest() else None


def missing_bundle() -> str | None:
    """A plain sentence when screens do without the bundle, else None."""
    if current():
        return None
    state = "is older than its sources" if MANIFEST.exists() else "is missing"
    return (
        f"The kiosk's bundle {state}: kiosks load every module by itself, which is slower. "
        "scripts/run makes it, and so does python -m scripts.bundle."
    )


def sources_digest() -> str:
    """One digest of all sources; read anew only when the time or size of one has changed."""
    return _digest(tuple(_stamps()))


def _stamps() -> Iterator[tuple[str, int, int]]:
    for folder, pattern in _SOURCES:
        for path in sorted((PROJECT_ROOT / folder).glob(pattern)):
            stat = path.stat()
            yield str(path.relative_to(PROJECT_ROOT)), stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=1)
def _digest(stamps: Stamps) -> str:
    found = sha256()
    for name, _, _ in stamps:
        content = (PROJECT_ROOT / name).read_bytes()
        found.update(f"{name}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


@lru_cache(maxsize=1)
def _read(_changed: int) -> tuple[str, Bundle] | None:
    """The manifest; asked again when its time changes."""
    try:
        made = json.loads(MANIFEST.read_text(encoding="utf-8"))
        lists = {name: tuple(map(str, made[name])) for name in ("fonts", "needed")}
        main, pairing, wall, wall_style, style, far = (str(made[name]) for name in _SINGLE)
        named = (main, pairing, wall, wall_style, style, far)
        return str(made["digest"]), Bundle(*named, lists["fonts"], lists["needed"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
