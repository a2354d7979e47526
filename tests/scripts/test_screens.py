"""The pictures: a part draws what it should in the size that was asked for, and the script says what it cannot do."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from core.accounts import users
from core.kernel.activity import SYSTEM
from core.kernel.settings import PROJECT_ROOT
from scripts.screens_parts.__main__ import arguments
from scripts.screens_parts.day import Day
from scripts.screens_parts.office import OpenOffice
from scripts.screens_parts.parts import PARTS
from scripts.screens_parts.studio import SIZES, Studio
from tests.support.sales import sell
from tests.support.web import LiveServer

EMAIL, PASSWORD = "ana@example.com", "a long enough word"


@pytest.fixture
def office(live_server: LiveServer) -> OpenOffice:
    """An office with an admin and one booking of two travellers."""
    with live_server.app.app_context():
        users.create(EMAIL, "Ana Ionescu", PASSWORD, SYSTEM, role="admin")
        sell(0, 1)
    return OpenOffice(live_server.url, "", EMAIL, PASSWORD, live_server.fresh.settings, timedelta())


@pytest.mark.browser
def test_the_ticket_is_drawn_as_a_page_and_as_paper(
    office: OpenOffice, browser: Browser, tmp_path: Path
) -> None:
    studio = Studio(browser, office, tmp_path, "ticket", "phone", {"day": Day()})

    PARTS["ticket"](studio)

    names = ["ticket-phone-01-preview.png", "ticket-phone-02-paper-1.png", "ticket-phone-03-paper-2.png"]
    assert [path.name for path in studio.taken] == names
    preview, paper, _ = (Image.open(path) for path in studio.taken)
    assert preview.width == SIZES["phone"][0]
    assert paper.height / paper.width == pytest.approx(297 / 210, abs=0.01), "A4"
    assert len(paper.convert("L").getcolors(256) or ()) > 1, "something is printed on it"


def test_a_part_that_there_is_not_is_refused_with_those_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        arguments(["kiosk", "barge"])

    assert "there is no part barge; there are kiosk, admin, mail, ticket, pay" in capsys.readouterr().err


@pytest.mark.long
@pytest.mark.timeout(400)
def test_the_script_opens_an_office_of_its_own_and_draws_a_small_part(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "scripts.screens_parts",
        "pay",
        "--sizes",
        "phone",
        "--folder",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=390, check=False)

    assert done.returncode == 0, done.stderr
    assert Image.open(tmp_path / "pay-phone-01-open.png").size == SIZES["phone"]
