"""A real web server that takes what the office sends to others: a gateway for text messages, an operator's webhook."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Listener:
    """Listens on `url`; `asked` in order of arrival. `moods` are how it behaves from question to question, the last one for
    good: a status, "silent" (never answers), "slow" (takes it, answers in time), "drip" (a byte now and then), "break" (hangs
    up before it answers), "junk" (no HTTP), "elsewhere" (redirects).
    """

    url: str = ""
    moods: list[int | str] = field(default_factory=lambda: [200])
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self) -> list[str]:
        return [each["id"] for each in self.asked]

    def mood(self) -> int | str:
        return self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        kept = self.server.kept
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kept.bodies.append(body)
        kept.headers.append(dict(self.headers.items()))
        kept.asked.append(json.loads(body))
        mood = kept.mood()
        how = {"silent": self._silent, "drip": self._drip, "junk": self._junk, "break": lambda: None}
        how.get(str(mood), lambda: self._say(mood))()

    def _silent(self) -> None:
        self.server.kept.ended.wait(30)

    def _junk(self) -> None:
        self.wfile.write(b"\x00\x01 hello\r\n\r\n")

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not self.server.kept.ended.wait(0.05):
            self.wfile.write(b"x")

    def _say(self, mood: int | str) -> None:
        time.sleep(0.2 if mood == "slow" else 0)
        status = {"slow": 200, "elsewhere": 302}.get(str(mood), mood)
        self.send_response(int(status))
        if mood == "elsewhere":
            self.send_header("Location", self.server.kept.url + "/other")
        self.end_headers()
        self.wfile.write(f"mood {status}".encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    kept: Listener

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asked has hung up: that is what some tests are about."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A web server on a free port of this machine."""
    made = Listener()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.kept = made
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()
