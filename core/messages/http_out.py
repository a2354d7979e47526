"""One bounded question to somebody else's web server: sent once, not redirected, its time and its answer limited.

The address that is checked is the address that is called: a name that answers differently the second time (DNS
rebinding) gains nothing. TLS certificates are checked against the name all the same.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

#: For a connection; and for everything after it, however the answer trickles in. Together they stay far under the minute
#: that a claim lasts.
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 8.0
#: So much of an answer is read.
_MOST = 2_000
#: So many addresses of one name are tried.
_ADDRESSES = 2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Whether a host may be called at one of its addresses.
Allowed = Callable[[str, Address], bool]
#: IPv6 addresses that carry an IPv4 one in their last 32 bits: whoever is reached is that one.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotAllowed(Exception):
    """The address is inside of a private network, or none that can be called."""


class NotReached(Exception):
    """Nobody was reached: the question was not sent."""


class NoAnswer(Exception):
    """The question was sent, or a part of it, and no answer came in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the beginning of what was said."""

    status: int
    said: str

    def __str__(self) -> str:
        return " ".join(f"{self.status} {self.said}".split())[:300]


def anywhere(_host: str, _address: Address) -> bool:
    """For an address that the operator of the machine wrote into its settings."""
    return True


def public(address: Address) -> bool:
    """Whether this address is one of the public internet, also of what it hides (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    hidden = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        hidden = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo or address.is_multicast:
        return False
    return public(hidden) if hidden else address.is_global


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Allowed) -> Answer:
    """Send `body` and return the answer, whatever its status. `allowed` says of the host and of each of its addresses
    whether it may be called. Raises `NotAllowed`, `NotReached`, `NoAnswer`.
    """
    parts = urlsplit(url)
    with _connection(parts, allowed) as (connection, late):
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        try:
            connection.request("POST", path, body, {**headers, "Connection": "close"})
            found = connection.getresponse()
            answer = Answer(found.status, found.read(_MOST).decode("utf-8", "replace"))
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer(f"No answer: {type(error).__name__}") from error
        if late.is_set():  # heads that were cut off look as if they were whole
            raise NoAnswer("No answer: it was not whole when its time was up")
        return answer


@contextmanager
def _connection(parts: SplitResult, allowed: Allowed) -> Iterator[tuple[HTTPConnection, threading.Event]]:
    """A connection to a checked address, which is cut when its time is up; and whether it was."""
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    host = parts.hostname or ""
    connection = kind(host, parts.port, timeout=ANSWER_SECONDS)
    raw = _reached(_checked(host, connection.port, allowed), connection.port)
    with _cut_when_late(raw) as late:
        try:
            connection.sock = _with_tls(raw, host) if parts.scheme == "https" else raw
            yield connection, late
        finally:
            connection.close()
            raw.close()


@contextmanager
def _cut_when_late(raw: socket.socket) -> Iterator[threading.Event]:
    """By a handle of its own, because TLS takes the first one over."""
    late, handle = threading.Event(), raw.dup()

    def cut() -> None:
        late.set()
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(ANSWER_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        handle.close()


def _checked(host: str, port: int, allowed: Allowed) -> list[str]:
    """The addresses of a host, when all of them may be called."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached(f"There is no address of {host}.") from error
    names = list(dict.fromkeys(str(each[4][0]) for each in found))
    for name in names:
        if not allowed(host, ipaddress.ip_address(name.partition("%")[0])):
            raise NotAllowed(f"{host} is inside of a private network, which webhooks do not reach.")
    return names[:_ADDRESSES]


def _reached(addresses: list[str], port: int) -> socket.socket:
    why: Exception = OSError("no address")
    for address in addresses:
        try:
            raw = socket.create_connection((address, port), CONNECT_SECONDS)
        except OSError as error:
            why = error
        else:
            raw.settimeout(ANSWER_SECONDS)
            return raw
    raise NotReached(f"Not reached: {type(why).__name__}: {why}") from why


def _with_tls(raw: socket.socket, host: str) -> ssl.SSLSocket:
    """Raises `NotReached` for a certificate that nobody vouches for."""
    try:
        return ssl.create_default_context().wrap_socket(raw, server_hostname=host)
    except (OSError, ValueError) as error:
        raise NotReached(f"No secure connection: {error}") from error
