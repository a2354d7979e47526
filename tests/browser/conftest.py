"""What browser tests stand on: an office that sells, a simulated payment service in a hurry, paired kiosks."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from core.kernel.settings import Settings
from core.payments.gateways.simulated.server import create_gateway
from tests.support.database import FreshDatabase
from tests.support.factories import Office, make_office
from tests.support.kiosk import Kiosk, pair
from tests.support.mail import free_port
from tests.support.web import LiveServer, serve_office

_PACE = 0.05

# What must be quick says so by a time of its own; anything else may take its time on a busy machine.
expect.set_options(timeout=10_000)


@dataclass
class Till:
    """An office that is open: its server and what it sells."""

    server: LiveServer
    office: Office


@pytest.fixture(scope="session")
def payment_service(base_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The simulated gateway on a free port; gives settings that know it. A tapped card takes a tenth of a second."""
    port = free_port()
    folder: Path = tmp_path_factory.mktemp("gateway")
    settings = base_settings.model_copy(
        update={"data_dir": folder, "simulated_gateway_url": f"http://127.0.0.1:{port}"}
    )
    server = make_server("127.0.0.1", port, create_gateway(settings, _PACE), threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield settings
    server.shutdown()
    server.server_close()


@pytest.fixture
def till(fresh_database: FreshDatabase, payment_service: Settings) -> Iterator[Till]:
    """An open office: Lisboa to Porto tomorrow, twelve seats, bay 4, 26.00 EUR."""
    known = payment_service.model_copy(
        update={"database_url": fresh_database.url, "data_dir": fresh_database.settings.data_dir}
    )
    with serve_office(fresh_database, known) as server:
        with server.app.app_context():
            office = make_office()
        yield Till(server, office)


@pytest.fixture
def new_kiosk(till: Till, browser: Browser) -> Iterator[Callable[..., Kiosk]]:
    """Makes paired kiosks; on none of their pages may a script fail or the content policy be broken."""
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def make(name: str = "Kiosk 1", **context: object) -> Kiosk:
        page = pair(browser, till.server, till.office, name, **context)
        opened.append(page.context)
        _watch(page, faults)
        return Kiosk(page, till.server.url)

    yield make
    for context in opened:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def kiosk(new_kiosk: Callable[..., Kiosk]) -> Kiosk:
    """One kiosk, showing the departure board."""
    return new_kiosk().open()


@pytest.fixture
def plain_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kiosks as without a bundle: for tests that look into a module, and for those about a source that was edited."""
    monkeypatch.setattr("kiosk.views.built.current", lambda: None)


def _watch(page: Page, faults: list[str]) -> None:
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on(
        "console",
        lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
    )
