"""The README keeps its word: every command in it is executed here, and it names every part with its licence."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from json import loads
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, create_engine, text

from core.booking.reserve import reserve
from core.kernel.settings import PROJECT_ROOT, Settings
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, make_office
from tests.support.mail import free_port
from tests.support.processes import eventually
from tests.support.scripts import run_script
from tests.support.watcher import Watcher

PROJECT = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
IMPORT = (
    ".venv/bin/bookinghall import-gtfs tests/data/gtfs/boston-harbor-2018/boston-harbor-2018.zip"
    " --shift-to-today --days 14"
)
MIGRATE = ".venv/bin/bookinghall migrate"
WEB = (
    ".venv/bin/gunicorn --worker-class core.kernel.serving.StayingWorker --workers 2 --threads 8 --bind 127.0.0.1:8080"
    " 'wsgi:application_factory()'"
)
WORKER = ".venv/bin/bookinghall worker"
CRON = ".venv/bin/bookinghall cron"
LIVE = ".venv/bin/bookinghall live --port 8081"
AGENT = ".venv/bin/bookinghall kiosk-agent --help"

# Every command of the README, and the test that executes it.
EXECUTED_BY = {
    ".venv/bin/bookinghall prove": "core/commands/test_prove.py::test_a_race_is_proved_told_and_leaves_nothing_behind",
    ".venv/bin/bookinghall prove --check-only": "core/commands/test_prove.py::test_the_offices_own_data_are_checked_as_they_are",
    IMPORT: "test_readme.py::test_the_feed_comes_in",
    MIGRATE: "test_readme.py::test_an_empty_database_is_migrated",
    WEB: "test_readme.py::test_the_web_process_answers",
    WORKER: "test_readme.py::test_a_process_works_until_it_is_asked_to_end",
    CRON: "test_readme.py::test_a_process_works_until_it_is_asked_to_end",
    LIVE: "test_readme.py::test_the_live_process_tells_its_watchers_what_changes_elsewhere",
    AGENT: "test_readme.py::test_the_agent_of_a_kiosk_tells_what_it_needs",
    "scripts/run": "scripts/test_run.py::test_a_newcomer_goes_where_the_demo_says_and_finds_everything_again_at_the_next_start",
    "scripts/test": "test_readme.py::test_what_everyone_runs_is_what_continuous_integration_runs",
    "scripts/test --long": "test_readme.py::test_what_everyone_runs_is_what_continuous_integration_runs",
    "scripts/bench": "test_readme.py::test_the_benchmark_measures",
    "scripts/kiosk https://tickets.example.org": "scripts/test_kiosk.py::test_a_machine_shows_its_code_is_approved_once_and_is_a_kiosk_at_every_start",
    "scripts/screens": "test_readme.py::test_every_screen_is_drawn_in_every_size",
}


def commands() -> set[str]:
    """Lines of the ```sh blocks, commands of the table of processes, and scripts named in a sentence."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = {line.strip() for block in blocks for line in block.splitlines() if line.strip()}
    return lines | set(re.findall(r"`((?:\.venv/bin|scripts)/[^`\n]+)`", README))


def words(command: str) -> list[str]:
    """The command as it is run here: programs of this environment, `bookinghall` by its entry in pyproject.toml."""
    folder = Path(sys.executable).parent
    program, *rest = shlex.split(command.replace(".venv/bin/", f"{folder}/"))
    if program != f"{folder}/bookinghall":
        return [program, *rest]
    module, _, function = PROJECT["scripts"]["bookinghall"].partition(":")
    return [sys.executable, "-c", f"from {module} import {function}; {function}()", *rest]


def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        **settings.environment(),
        "PYTHONPATH": str(PROJECT_ROOT),
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "160",
    }


def finished(command: str, settings: Settings) -> str:
    """What a command says, that ends by itself and well."""
    done = subprocess.run(
        words(command),
        cwd=PROJECT_ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Serving:
    """A command that goes on until it is told to end."""

    def __init__(self, command: str, settings: Settings, log: Path) -> None:
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                words(command), cwd=PROJECT_ROOT, env=environment(settings), stdout=file, stderr=file
            )

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@pytest.fixture
def empty_database(server: Engine) -> Iterator[str]:
    name = f"readme_{os.getpid()}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.url.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


# -- commands -----------------------------------------------------------------------------------------


def test_every_command_is_executed_by_a_test() -> None:
    assert commands() == set(EXECUTED_BY)


@pytest.mark.parametrize("place", sorted(set(EXECUTED_BY.values())))
def test_the_tests_named_are_there(place: str) -> None:
    path, _, name = place.partition("::")
    assert f"def {name}(" in (PROJECT_ROOT / "tests" / path).read_text()


def test_the_feed_comes_in(fresh_database: FreshDatabase) -> None:
    said = finished(IMPORT, fresh_database.settings)

    engine = create_engine(fresh_database.url)
    with engine.connect() as connection:
        schedules = connection.execute(text("SELECT count(*) FROM schedules")).scalar_one()
    engine.dispose()
    assert schedules > 0
    assert f"{schedules:,}" in said
    assert "trips, in" in said


def test_an_empty_database_is_migrated(empty_database: str, base_settings: Settings) -> None:
    said = finished(MIGRATE, base_settings.with_servers(empty_database, base_settings.redis_url))

    assert "The database is up to date." in said


def test_the_web_process_answers(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    port = free_port()
    web = Serving(WEB.replace(":8080", f":{port}"), fresh_database.settings, tmp_path / "web.log")

    def answers() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    try:
        eventually(answers, 60, lambda: web.said)
        assert httpx.get(f"http://127.0.0.1:{port}/admin/", follow_redirects=True).status_code == 200
    finally:
        ended = web.end()
    assert ended == 0
    assert "Traceback" not in web.said


@pytest.mark.parametrize(("command", "sign"), [(WORKER, "worker_ready"), (CRON, "cron_works")])
def test_a_process_works_until_it_is_asked_to_end(
    command: str, sign: str, fresh_database: FreshDatabase, redis_url: str, tmp_path: Path
) -> None:
    process = Serving(command, fresh_database.settings, tmp_path / "log")
    try:
        eventually(lambda: sign in process.said, 60, lambda: process.said)
    finally:
        ended = process.end()
    assert ended == 0
    assert "Traceback" not in process.said


def test_the_live_process_tells_its_watchers_what_changes_elsewhere(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    with fresh_database.app.app_context():
        office = make_office()
    port = free_port()
    live = Serving(LIVE.replace("8081", str(port)), fresh_database.settings, tmp_path / "live.log")

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        eventually(listens, 60, lambda: live.said)
        watcher = Watcher(f"http://127.0.0.1:{port}")
        snapshot = watcher.join(office.schedule_id)
        assert snapshot["schedule_id"] == str(office.schedule_id)
        assert snapshot["changes"] == []
        with fresh_database.app.app_context():
            reserve(office.ask(0), ALICE, ACTOR)
        watcher.hear("seats", lambda _: watcher.state_of(office.seats[0], 0) == "reserved")
        watcher.close()
    finally:
        ended = live.end()
    assert ended == 0
    assert "Traceback" not in live.said


def test_the_agent_of_a_kiosk_tells_what_it_needs(base_settings: Settings) -> None:
    said = finished(AGENT, base_settings)

    assert all(option in said for option in ("--office", "--token-file", "--data", "--printer"))


def test_what_everyone_runs_is_what_continuous_integration_runs() -> None:
    """Who reads this in a test report has just executed it; the long tier is the same script with one word more."""
    ci = [line for line in (PROJECT_ROOT / ".ci/run").read_text().splitlines() if not line.startswith("#")]
    script = (PROJECT_ROOT / "scripts/test").read_text()

    assert [line for line in ci if "/" in line and "exec" in line] == [
        'exec "$(dirname "${BASH_SOURCE[0]}")/../scripts/test" "$@" </dev/null'
    ]
    assert '-m pytest -q -n "${BOOKINGHALL_TEST_WORKERS:-2}" --dist worksteal "$@"' in script


@pytest.mark.timeout(300)
def test_the_benchmark_measures(prepared: dict[str, str]) -> None:
    assert "seat_maps" in run_script("bench", "--help", **prepared).stdout

    done = run_script("bench", "--seconds", "1", "ticket_pdf", seconds=280, **prepared)

    assert done.returncode == 0, done.stderr
    assert re.search(r"e-ticket PDF.*\d+\.\d ms", done.stdout)


def test_the_screens_tell_which_parts_there_are(prepared: dict[str, str]) -> None:
    assert "--sizes" in run_script("screens", "--help", **prepared).stdout
    refused = run_script("screens", "nothing", **prepared)
    assert refused.returncode == 2
    assert re.search(r"no part nothing; there are .*kiosk", refused.stderr)


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.timeout(900)
def test_every_screen_is_drawn_in_every_size(prepared: dict[str, str], tmp_path: Path) -> None:
    done = run_script("screens", "--folder", str(tmp_path), seconds=850, **prepared)

    assert done.returncode == 0, done.stdout + done.stderr
    pictures = list(tmp_path.rglob("*.png"))
    assert len(pictures) >= 10
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)


# -- parts --------------------------------------------------------------------------------------------

PYTHON_PARTS = [re.match(r"[\w.-]+", line)[0] for line in PROJECT["dependencies"]]
BROWSER = loads((PROJECT_ROOT / "kiosk/package.json").read_text())
BROWSER_PARTS = [*BROWSER["dependencies"], *BROWSER["devDependencies"]]

# What packages say in words of their own, as SPDX names it. Texts: the licence files in the packages.
SPDX = {
    "BSD": "BSD-3-Clause",
    "The Unlicense (Unlicense)": "Unlicense",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
}


def table() -> dict[str, str]:
    """Part (a name in backquotes) -> licence, of the README's table of parts."""
    _, _, rest = README.partition("## Licence and parts")
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", rest, re.MULTILINE)
    return {name: licence for parts, licence in rows for name in re.findall(r"`([^`]+)`", parts)}


def stated_licence(name: str) -> str:
    """What the installed package says: its SPDX expression, else its short licence line, else its classifiers."""
    facts = metadata.metadata(name)
    line = facts.get("License") or ""
    classes = [
        c.rpartition(" :: ")[2] for c in facts.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    said = facts.get("License-Expression") or (line if line and len(line) < 40 else classes[0])
    return SPDX.get(said, said)


def installed(name: str) -> bool:
    try:
        metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def test_the_table_names_every_part_and_no_other() -> None:
    assert set(table()) == {*PYTHON_PARTS, *BROWSER_PARTS}


@pytest.mark.parametrize("name", [name for name in PYTHON_PARTS if installed(name)])
def test_a_python_part_has_the_licence_it_states(name: str) -> None:
    assert table()[name] == stated_licence(name)


@pytest.mark.parametrize("name", BROWSER_PARTS)
def test_a_browser_part_has_the_licence_it_states(name: str) -> None:
    facts = loads((PROJECT_ROOT / "kiosk/node_modules" / name / "package.json").read_text())
    assert table()[name] == facts["license"]
