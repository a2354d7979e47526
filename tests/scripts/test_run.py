"""The whole office, started as a newcomer starts it and closed as an operator closes it."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import create_engine, text

from core.kernel.embedded import embedded_servers
from core.kernel.settings import PROJECT_ROOT, Settings
from tests.support.mail import free_port

#: How long a page may take on a machine that does other things as well, in milliseconds.
PATIENCE = 20_000


class Run:
    """`scripts/run` on ports and a data folder of its own; `prepared` says that everything is installed."""

    def __init__(self, prepared: dict[str, str], folder: Path, *words: str, **environment: str) -> None:
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self.environment = {
            **os.environ,
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "BOOKINGHALL_DATA_DIR": str(folder),
            "BOOKINGHALL_PORT": str(port),
            "BOOKINGHALL_SIMULATED_GATEWAY_URL": f"http://127.0.0.1:{free_port()}",
            **prepared,
            **environment,
        }
        self.process = subprocess.Popen(
            [str(PROJECT_ROOT / "scripts" / "run"), *words],
            cwd="/",
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []

    def wait_until_open(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if "Ctrl-C closes it" in line:
                return
        pytest.fail("it never opened:\n" + "".join(self.said))

    @property
    def opened_after(self) -> float:
        """How many seconds it said that the start took."""
        found = re.search(r"Bookinghall is open \(after ([\d.]+) s\)", "".join(self.said))
        assert found, self.said
        return float(found[1])

    def told(self, name: str) -> str:
        """What it printed beside that name when it was open."""
        [line] = [line.strip() for line in self.said if line.startswith(f"  {name} ")]
        return line.removeprefix(name).strip()

    def close(self, number: signal.Signals = signal.SIGINT) -> str:
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=60)
        self.said.append(out)
        return "".join(self.said)


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    started: list[Run] = []
    yield started
    for run in started:
        if run.process.poll() is None:
            run.close(signal.SIGTERM)


def descendants(pid: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(p) for t in threads for p in (t / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []  # it has ended meanwhile
    return children + [d for child in children for d in descendants(child)]


def still_there(pids: list[int], seconds: float = 10) -> list[int]:
    deadline = time.monotonic() + seconds
    while (left := [p for p in pids if Path(f"/proc/{p}").exists()]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


@pytest.mark.timeout(180)
def test_an_office_without_a_demo_opens_and_closes_without_a_trace(
    prepared: dict[str, str], run_folder: Path, runs: list[Run]
) -> None:
    run = Run(prepared, run_folder / "office", "--no-demo")
    runs.append(run)
    run.wait_until_open()
    assert httpx.get(f"{run.url}/health").status_code == 200
    processes = descendants(run.process.pid)
    assert len(processes) >= 6  # PostgreSQL, Redis, web, worker, cron, gateway

    said = run.close()

    assert run.process.returncode == 0
    assert "Bookinghall has stopped" in said
    assert "Traceback" not in said
    assert "it starts again" not in said
    assert still_there(processes) == []


@pytest.mark.browser
@pytest.mark.timeout(400)
def test_a_newcomer_goes_where_the_demo_says_and_finds_everything_again_at_the_next_start(
    prepared: dict[str, str], run_folder: Path, runs: list[Run], browser_context: BrowserContext
) -> None:
    folder = run_folder / "demo"
    run = Run(prepared, folder, SMTP_HOST="")
    runs.append(run)
    run.wait_until_open()
    _sign_in(browser_context, run)
    mailbox, _, why = run.told("Mail").partition(" ")
    assert "SMTP_HOST" in why
    desk = browser_context.new_page()
    desk.goto(mailbox)
    expect(desk.get_by_text("No mail server is set, so mail is kept here")).to_be_visible()
    desk.close()

    link, _, _ = run.told("Kiosk").partition(" ")
    assert link.startswith(f"{run.url}/kiosk/pair/")
    kiosk = browser_context.new_page()
    kiosk.goto(link)
    kiosk.get_by_role("button").click()
    expect(kiosk.locator(".dep").first).to_be_visible(timeout=PATIENCE)
    before = _counts(folder)
    assert all(before.values()), before
    processes = descendants(run.process.pid)
    kiosk.close()
    run.close()
    assert run.process.returncode == 0, run.said
    assert still_there(processes) == []

    again = Run(prepared, folder, SMTP_HOST="")
    runs.append(again)
    again.wait_until_open()
    assert "Loading the demo" in "".join(run.said)
    assert "Loading the demo" not in "".join(again.said)
    assert again.opened_after < run.opened_after, "there is nothing to load"
    assert _counts(folder) == before
    assert again.told("Kiosk") == f"{again.url}/kiosk/", "the link was used"
    kiosk = browser_context.new_page()
    kiosk.goto(again.told("Kiosk"))
    expect(kiosk.locator(".dep").first).to_be_visible(timeout=PATIENCE)
    _sign_in(browser_context, again)
    said = again.close()
    assert again.process.returncode == 0, said
    assert "Traceback" not in said + "".join(run.said)
    assert "it starts again" not in said + "".join(run.said)


def _sign_in(context: BrowserContext, run: Run) -> None:
    """Go to the admin as somebody who is not signed in, and type exactly what was printed."""
    context.clear_cookies(name="session")
    found = re.fullmatch(r"(\S+)   password (\S+)", run.told("Sign in"))
    assert found, run.said
    page = context.new_page()
    page.goto(run.told("Admin"))
    page.get_by_label("E-mail").fill(found[1])
    page.get_by_label("Password").fill(found[2])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Demo Admin")).to_be_visible(timeout=PATIENCE)
    page.close()


def _counts(folder: Path) -> dict[str, int]:
    """How much there is in the running office."""
    settings = Settings.load({"BOOKINGHALL_DATA_DIR": str(folder)})
    with embedded_servers(settings, share=True) as (url, _):
        engine = create_engine(url)
        with engine.connect() as connection:
            counted = {
                table: int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
                for table in ("schedules", "bookings", "users", "kiosks")
            }
        engine.dispose()
    return counted


@pytest.mark.timeout(180)
def test_nothing_is_left_when_the_office_is_killed(
    prepared: dict[str, str], run_folder: Path, runs: list[Run]
) -> None:
    run = Run(prepared, run_folder / "killed", "--no-demo")
    runs.append(run)
    run.wait_until_open()
    processes = descendants(run.process.pid)

    run.process.kill()

    assert still_there(processes) == []


def test_a_taken_port_is_told_before_anything_starts(prepared: dict[str, str], run_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run = Run(prepared, run_folder / "second", "--no-demo", BOOKINGHALL_PORT=str(port))
        out, _ = run.process.communicate(timeout=30)

    assert run.process.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in out
    assert not (run_folder / "second").joinpath("postgres").exists()


def test_a_second_office_on_the_same_data_is_told_so(prepared: dict[str, str], run_folder: Path) -> None:
    folder = run_folder / "owned"
    settings = Settings.load({"BOOKINGHALL_DATA_DIR": str(folder)})
    with embedded_servers(settings):
        run = Run(prepared, folder, "--no-demo")
        out, _ = run.process.communicate(timeout=30)

    assert run.process.returncode == 1
    assert f"already running (process {os.getpid()})" in out
    assert "Traceback" not in out
