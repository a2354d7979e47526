"""One question to somebody else's server: bounded in every direction, and never to a machine inside."""

import ipaddress
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from core.messages import http_out
from core.messages.http_out import NoAnswer, NotAllowed, NotReached, anywhere, post, public
from tests.support.listener import Listener
from tests.support.mail import free_port


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are short."""
    monkeypatch.setattr(http_out, "ANSWER_SECONDS", 0.6)
    monkeypatch.setattr(http_out, "CONNECT_SECONDS", 0.3)


def ask(url: str) -> http_out.Answer:
    return post(url, b'{"id": "1"}', {}, anywhere)


@pytest.mark.parametrize(("mood", "status"), [(200, 200), (500, 500), ("slow", 200), ("elsewhere", 302)])
def test_an_answer_is_an_answer_and_a_redirection_is_not_followed(
    listener: Listener, mood: int | str, status: int
) -> None:
    listener.moods = [mood]

    assert ask(f"{listener.url}/in?x=1").status == status
    assert len(listener.asked) == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("mood", ["silent", "drip", "break", "junk"])
def test_no_answer_ends_in_time(listener: Listener, mood: str) -> None:
    listener.moods = [mood]
    begun = time.monotonic()

    with pytest.raises(NoAnswer):
        ask(listener.url)
    assert time.monotonic() - begun < 5


def test_the_drip_without_its_end_would_have_gone_on(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: a limit for each piece of the answer, which is what a socket has, never comes to its end."""

    @contextmanager
    def never(_raw: socket.socket) -> Iterator[threading.Event]:
        yield threading.Event()

    monkeypatch.setattr(http_out, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(http_out, "_cut_when_late", never)
    listener.moods = ["drip"]
    begun = time.monotonic()
    threading.Timer(1.5, listener.ended.set).start()

    with suppress(NoAnswer):
        ask(listener.url)

    assert time.monotonic() - begun >= 1.4


@pytest.mark.usefixtures("impatient")
def test_under_tls_its_time_is_up_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS takes the socket over; what cuts it off has a handle of its own."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert),
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_drips_under_tls, args=(server, context, over))
        thread.start()
        begun = time.monotonic()
        with pytest.raises(NoAnswer):
            ask(f"https://127.0.0.1:{server.getsockname()[1]}")
        assert time.monotonic() - begun < 5
        over.set()
        thread.join()


def _drips_under_tls(server: socket.socket, context: ssl.SSLContext, over: threading.Event) -> None:
    plain, _ = server.accept()
    with suppress(OSError), context.wrap_socket(plain, server_side=True) as secure:
        secure.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not over.wait(0.05):
            secure.sendall(b"x")


@pytest.mark.usefixtures("impatient")
def test_nobody_there() -> None:
    for url in (
        f"http://127.0.0.1:{free_port()}",
        "http://no-such-host.invalid",
        f"https://127.0.0.1:{free_port()}",
    ):
        with pytest.raises(NotReached):
            ask(url)


@pytest.mark.usefixtures("impatient")
def test_plain_http_where_tls_is_wanted_is_nobody(listener: Listener) -> None:
    with pytest.raises(NotReached, match="secure"):
        ask(listener.url.replace("http://", "https://"))
    assert listener.asked == []


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
     "224.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:7f00:1::", "ff02::1"],
)  # fmt: skip
def test_what_is_inside(inside: str) -> None:
    assert not public(ipaddress.ip_address(inside))


@pytest.mark.parametrize(
    "outside", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_what_is_outside(outside: str) -> None:
    assert public(ipaddress.ip_address(outside))


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_nobody_inside_is_called_under_any_spelling(listener: Listener, host: str) -> None:
    port = listener.url.rpartition(":")[2]

    with pytest.raises((NotAllowed, NotReached)):
        post(f"http://{host}:{port}/", b"{}", {}, lambda _host, address: public(address))
    assert listener.asked == []


def test_a_name_that_changes_its_mind_is_called_where_it_was_looked_up(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked up once, checked, and called there: a second answer of the name server is never asked for."""
    real, lookups = socket.getaddrinfo, []

    def rebinding(host: str, port: int, *args: object, **more: object) -> object:
        if host == "rebind.example":
            lookups.append(host)
            host = "127.0.0.1" if len(lookups) > 1 else "192.0.2.1"
        return real(host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(http_out, "CONNECT_SECONDS", 0.2)
    port = listener.url.rpartition(":")[2]

    with pytest.raises(NotReached):
        post(f"http://rebind.example:{port}/", b"{}", {}, lambda _host, address: str(address) == "192.0.2.1")
    assert (lookups, listener.asked) == (["rebind.example"], [])
