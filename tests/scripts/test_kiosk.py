"""The machine of a kiosk: its start script opens the kiosk in Chromium, and what is in deploy/ runs what the README says."""

import configparser
import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import text

from core.accounts.kiosks import approve
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.kernel.processes import end_process
from core.kernel.settings import PROJECT_ROOT
from tests.support.factories import make_office
from tests.support.mail import free_port
from tests.support.processes import eventually
from tests.support.scripts import run_script
from tests.support.web import LiveServer

DEPLOY = PROJECT_ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*"))
README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")


class Machine:
    """A kiosk's machine: its browser's folder outlives the browser."""

    def __init__(self, folder: Path, playwright: Playwright) -> None:
        self._profile = folder / "profile"
        self._log = folder / "said"
        self._playwright = playwright
        self._process: subprocess.Popen[bytes] | None = None
        self._browser: Browser | None = None

    def switch_on(self, office: str) -> None:
        with self._log.open("wb") as said:
            self._process = subprocess.Popen(
                [str(PROJECT_ROOT / "scripts/kiosk"), office, "--headless=new", "--remote-debugging-port=0", "--no-sandbox"],
                env={**os.environ, "KIOSK_PROFILE": str(self._profile)},
                stderr=said,
                start_new_session=True,
            )  # fmt: skip

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def screen(self) -> Page:
        """What the machine shows, once its browser is up."""
        port = self._profile / "DevToolsActivePort"
        eventually(lambda: port.exists() and len(port.read_text().split()) == 2, 30, lambda: self.said)
        address = f"http://127.0.0.1:{port.read_text().split()[0]}"
        self._browser = self._playwright.chromium.connect_over_cdp(address)
        return self._browser.contexts[0].pages[0]

    def switch_off(self) -> None:
        """As a machine is shut down: a browser that is asked to close keeps its cookies, without a screen by this only."""
        if self._browser:
            self._browser.new_browser_cdp_session().send("Browser.close")
            self._browser = None
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            end_process(self._process, signal.SIGTERM, 10)
            (self._profile / "DevToolsActivePort").unlink(missing_ok=True)


@pytest.fixture
def machine(tmp_path: Path, _playwright: Playwright) -> Iterator[Machine]:
    made = Machine(tmp_path, _playwright)
    yield made
    made.switch_off()


@pytest.mark.browser
def test_a_machine_shows_its_code_is_approved_once_and_is_a_kiosk_at_every_start(
    machine: Machine, live_server: LiveServer
) -> None:
    machine.switch_on(live_server.url)
    page = machine.screen()
    expect(page.locator("#code")).to_have_text(re.compile(r"^\w{4} \w{4}$"), timeout=20_000)
    with live_server.app.app_context():
        office = make_office()
        approve(
            db.session.execute(text("SELECT id FROM kiosks")).scalar_one(), office.places[0], "Hall", SYSTEM
        )
    expect(page.locator(".dep").first).to_be_visible(timeout=20_000)

    machine.switch_off()
    machine.switch_on(f"{live_server.url}/")

    expect(machine.screen().locator(".dep").first).to_be_visible(timeout=20_000)


def test_an_office_that_does_not_answer_yet_is_waited_for(machine: Machine) -> None:
    office = f"http://127.0.0.1:{free_port()}"
    machine.switch_on(office)
    eventually(lambda: f"{office} does not answer yet" in machine.said, 20)


@pytest.mark.parametrize(
    "given", [[], ["nonsense"], ["http://a b"], ["ftp://a.example"], ["http://a.example/kiosk"]]
)
def test_what_is_no_address_is_refused_with_an_example(given: list[str]) -> None:
    refused = run_script("kiosk", *given)
    assert refused.returncode == 1
    assert "scripts/kiosk https://tickets.example.org" in refused.stderr


def unit(path: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]  # names of a unit are written with capitals
    read.read_string(path.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_what_the_readme_says_of_that_process(path: Path) -> None:
    read = unit(path)
    if not read.has_section("Service") or "kiosk" in path.name:
        return
    command = read["Service"]["ExecStart"].removeprefix("/opt/bookinghall/")
    assert f"`{command}`" in README
    assert read["Service"]["User"] == "bookinghall"
    # All else is read-only to it (ProtectSystem): without this the data would be in the checkout.
    assert read["Service"]["StateDirectory"] == "bookinghall"
    assert read["Service"]["Environment"] == "BOOKINGHALL_DATA_DIR=/var/lib/bookinghall"


def test_systemd_takes_the_units() -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd on this machine to ask")
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, UNITS)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    complaints = [
        line for line in done.stderr.splitlines() if "is not executable" not in line and "bookinghall" in line
    ]
    assert complaints == []


def test_the_browsers_policy_keeps_nothing_that_is_typed() -> None:
    policy = json.loads((DEPLOY / "chromium/bookinghall-kiosk.json").read_text(encoding="utf-8"))
    assert policy["SavingBrowserHistoryDisabled"] is True
    assert policy["AutofillAddressEnabled"] is policy["PasswordManagerEnabled"] is False
