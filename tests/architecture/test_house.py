"""The house keeps its rules: read from the source, so that a new file cannot forget them."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.kernel.settings import PROJECT_ROOT

PRODUCT = [
    path
    for folder in ("core", "kiosk", "admin")
    for path in (PROJECT_ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts and "migrations" not in path.parts
]
SHORT = {path: str(path.relative_to(PROJECT_ROOT)) for path in PRODUCT}


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield node


@pytest.mark.parametrize("path", PRODUCT, ids=SHORT.get)
def test_only_transaction_commits(path: Path) -> None:
    commits = [c.lineno for c in calls(path) if isinstance(c.func, ast.Attribute) and c.func.attr == "commit"]
    allowed = SHORT[path] in {"core/kernel/db.py", "core/commands/migrate.py"}
    assert not commits or allowed, f"commits in lines {commits}; a use case opens transaction()"


@pytest.mark.parametrize("path", [p for p in PRODUCT if p.name == "rules.py"], ids=SHORT.get)
def test_rules_do_no_input_or_output(path: Path) -> None:
    text = path.read_text()
    for forbidden in ("sqlalchemy", "flask", "httpx", "redis", "core.kernel.db", " open("):
        assert forbidden not in text


@pytest.mark.parametrize("path", PRODUCT, ids=SHORT.get)
def test_every_room_says_what_it_is_for_and_is_not_too_large(path: Path) -> None:
    text = path.read_text()
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "a module begins with what it is for"
    assert text.count("\n") <= 400


@pytest.mark.parametrize("path", PRODUCT, ids=SHORT.get)
def test_the_clock_is_the_databases(path: Path) -> None:
    """`datetime.now()` and friends are for measuring and drawing only; business time is `app_now()`."""
    naive = [
        c.lineno
        for c in calls(path)
        if isinstance(c.func, ast.Attribute)
        and c.func.attr in {"now", "utcnow", "today"}
        and isinstance(c.func.value, ast.Name)
        and c.func.value.id in {"datetime", "date"}
        and not c.args
    ]
    assert naive == []


#: A check that is switched off on a line, and the words after it that say why.
SWITCHED_OFF = re.compile(r"#\s*(noqa|type: ignore|pragma: no cover)\b(?P<rest>.*)$")
REASON = re.compile(r"^(: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)* - |\[[a-z, -]+\]  # )\w.*\w")


def test_whatever_is_switched_off_says_why() -> None:
    places = [PROJECT_ROOT / folder for folder in ("core", "kiosk", "admin", "tests", "scripts")]
    silent = []
    for path in (p for place in places for p in place.rglob("*.py") if "node_modules" not in p.parts):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = SWITCHED_OFF.search(line)
            if found and "re.compile" not in line and not REASON.match(found["rest"]):
                silent.append(f"{path.relative_to(PROJECT_ROOT)}:{number} {line.strip()}")
    assert silent == [], "# noqa: S101 - why, or # type: ignore[misc]  # why"


def test_a_process_that_prints_nothing_loads_no_printer() -> None:
    """WeasyPrint takes a quarter of the start and a third of the memory of a web process; only `to_pdf` asks for it."""
    said = subprocess.run(
        [sys.executable, "-c", "import sys, wsgi; print('weasyprint' in sys.modules)"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "False"
