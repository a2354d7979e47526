"""A line to another process: plain HTTP over connections that stay open.

Each question is sent once. Whoever asks decides what an answer that did not come means.
"""

import json
import select
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

#: Connections to one host that are kept for the next question.
_KEPT = 100


class NoAnswer(Exception):
    """The other side could not be reached, was silent for too long, or broke off."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    body: bytes

    def json(self) -> Any:
        """Raises ValueError when it is none."""
        return json.loads(self.body)


class Line:
    """Asks any host, from any thread. Waits in seconds: to be connected, and for each piece of the answer."""

    def __init__(self, *, connect: float, read: float) -> None:
        self._connect = connect
        self._read = read
        self._idle: dict[tuple[str, str], deque[HTTPConnection]] = {}

    def ask(self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Send one request and read its answer whole; redirections are not followed. Raises NoAnswer."""
        parts = urlsplit(url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        idle = self._idle.setdefault((parts.scheme, parts.netloc), deque(maxlen=_KEPT))
        connection = None
        try:
            connection = _alive(idle) or self._connected(parts.scheme, parts.netloc)
            connection.request(verb, path, body=body, headers=dict(headers))
            found = connection.getresponse()
            answer = Answer(found.status, found.read())
        except (OSError, HTTPException, ValueError) as error:
            if connection:
                connection.close()
            raise NoAnswer(repr(error)) from error
        if connection.sock:
            idle.append(connection)
        return answer

    def _connected(self, scheme: str, host: str) -> HTTPConnection:
        kind = HTTPSConnection if scheme == "https" else HTTPConnection
        connection = kind(host, timeout=self._connect)
        connection.connect()
        connection.sock.settimeout(self._read)
        return connection


def _alive(idle: deque[HTTPConnection]) -> HTTPConnection | None:
    """One that the other side has not closed meanwhile: a silent one has nothing to read."""
    while idle:
        try:
            connection = idle.pop()
        except IndexError:  # another thread was quicker
            return None
        poll = select.poll()
        poll.register(connection.sock, select.POLLIN)
        if not poll.poll(0):
            return connection
        connection.close()
    return None
