"""The ways out: a mail server in its three manners, and what its answers mean."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from core.kernel.ids import new_id
from core.kernel.settings import Settings
from core.messages import transports
from core.messages.errors import Refused, TryLater
from core.messages.letters import Letter, mail
from core.messages.transports import SmtpTransport
from tests.support.mail import MailServer, free_port

ID = new_id()


def a_mail(recipient: str = "alice@example.org") -> EmailMessage:
    return mail(Letter("S", "p", "<p>h</p>"), "tickets@example.org", recipient, "n", datetime.now(UTC))


def towards(server: MailServer, base_settings: Settings, **more: object) -> SmtpTransport:
    return SmtpTransport(
        base_settings.model_copy(update={"smtp_host": server.host, "smtp_port": server.port, **more})
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert),
         "-days", "2", "-subj", "/CN=localhost", "-addext", names],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


@pytest.fixture
def server_context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


def serving(context: ssl.SSLContext | None = None, **more: object) -> tuple[MailServer, Controller]:
    server = MailServer("127.0.0.1", free_port())
    controller = Controller(server, hostname=server.host, port=server.port, ssl_context=context, **more)
    controller.start()
    return server, controller


@pytest.fixture
def starttls_server(server_context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """Takes mail only under TLS that was asked for, and only from whoever knows the password."""

    def knows(_server: object, _session: object, _envelope: object, _how: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"office", b"right")
        return AuthResult(success=right, handled=False)

    server, controller = serving(
        tls_context=server_context, require_starttls=True, authenticator=knows, auth_required=True
    )
    yield server
    controller.stop()


def test_plain(smtp_server: MailServer, base_settings: Settings) -> None:
    assert towards(smtp_server, base_settings).send(ID, a_mail()) == "taken by 127.0.0.1"
    assert smtp_server.messages[0]["Subject"] == "S"


@pytest.mark.usefixtures("trusted")
def test_starttls_with_a_password(starttls_server: MailServer, base_settings: Settings) -> None:
    login = {"smtp_tls": "starttls", "smtp_user": "office", "smtp_password": "right"}

    towards(starttls_server, base_settings, **login).send(ID, a_mail())

    assert len(starttls_server.messages) == 1


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_ours_to_mend_so_the_mail_waits(
    starttls_server: MailServer, base_settings: Settings
) -> None:
    login = {"smtp_tls": "starttls", "smtp_user": "office", "smtp_password": "wrong"}

    with pytest.raises(TryLater):
        towards(starttls_server, base_settings, **login).send(ID, a_mail())


@pytest.mark.usefixtures("trusted")
def test_tls_from_the_start(server_context: ssl.SSLContext, base_settings: Settings) -> None:
    server, controller = serving(server_context)

    towards(server, base_settings, smtp_tls="tls").send(ID, a_mail())
    controller.stop()

    assert len(server.messages) == 1


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    server_context: ssl.SSLContext, base_settings: Settings
) -> None:
    server, controller = serving(server_context)

    with pytest.raises(TryLater, match="certificate"):
        towards(server, base_settings, smtp_tls="tls").send(ID, a_mail())
    controller.stop()

    assert server.messages == []


@pytest.mark.parametrize(
    ("answer", "kind"), [("550 no", Refused), ("554 spam", Refused), ("451 later", TryLater)]
)
def test_what_answers_mean(
    smtp_server: MailServer, base_settings: Settings, answer: str, kind: type[Exception]
) -> None:
    smtp_server.refuse = answer

    with pytest.raises(kind, match=answer):
        towards(smtp_server, base_settings).send(ID, a_mail())


def test_nobody_there(base_settings: Settings) -> None:
    with pytest.raises(TryLater):
        towards(MailServer("127.0.0.1", free_port()), base_settings).send(ID, a_mail())


def test_an_address_beyond_ascii_goes_out_where_the_server_can(
    smtp_server: MailServer, base_settings: Settings
) -> None:
    towards(smtp_server, base_settings).send(ID, a_mail("ștefania@example.org"))

    assert smtp_server.recipients == [["ștefania@example.org"]]


def test_a_silent_server_is_left_after_seconds(
    monkeypatch: pytest.MonkeyPatch, base_settings: Settings
) -> None:
    monkeypatch.setattr(transports, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = MailServer("127.0.0.1", silent.getsockname()[1])
        with pytest.raises(TryLater):
            towards(server, base_settings).send(ID, a_mail())
