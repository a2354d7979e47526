"""The whole office behind a real port, and a real browser in front of it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from core.kernel.settings import Settings
from core.live.emitter import start as start_emitter
from tests.support.browser import CHROMIUM_FLAGS, chromium_path
from tests.support.database import FreshDatabase
from tests.support.mail import free_port


@dataclass(frozen=True)
class LiveServer:
    """The office at `url`, working on the database of `fresh`."""

    url: str
    app: Flask
    fresh: FreshDatabase


@pytest.fixture
def live_server(fresh_database: FreshDatabase) -> Iterator[LiveServer]:
    """The whole office (core, kiosk, admin, live seats) on a free port and a database of its own."""
    with serve_office(fresh_database, fresh_database.settings) as served:
        yield served


@contextmanager
def serve_office(fresh: FreshDatabase, settings: Settings) -> Iterator[LiveServer]:
    """Serve the whole office as `bookinghall web` does, live seats included, in threads of this process."""
    from wsgi import create_office

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    app = fresh.borrow(create_office, settings.model_copy(update={"port": port, "public_url": url}))
    emitter = start_emitter(app)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield LiveServer(url, app, fresh)
    emitter.stop()
    _end(server, thread)


def _end(server: BaseWSGIServer, thread: threading.Thread) -> None:
    server.block_on_close = False
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture(scope="session")
def _playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(_playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, started once."""
    started = _playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
    yield started
    started.close()


@pytest.fixture
def browser_context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without any memory, the size of a kiosk's panel."""
    context = browser.new_context(viewport={"width": 1080, "height": 1920}, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def browser_page(browser_context: BrowserContext) -> Iterator[Page]:
    """A page on which no script may fail, no policy be broken and no other host be asked."""
    page = browser_context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", lambda said: _note_policy(said.text, faults) if said.type == "error" else None)
    page.on("request", lambda asked: _note_host(asked.url, faults))
    yield page
    page.close()
    assert not faults, "\n".join(faults)


def _note_policy(text: str, faults: list[str]) -> None:
    if "Content Security Policy" in text:
        faults.append(text)


def _note_host(url: str, faults: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in {"127.0.0.1", "localhost"}:
        faults.append(f"asked another host: {url}")
