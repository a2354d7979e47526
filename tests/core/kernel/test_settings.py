"""Settings: what is read, what is refused, and where secrets come from."""

import base64
import stat
from pathlib import Path

import pytest

from core.kernel.settings import (
    PROJECT_ROOT,
    Settings,
    SettingsError,
    default_data_dir,
    normalised_database_url,
)


def load(folder: Path, **environment: str) -> Settings:
    return Settings.load({"BOOKINGHALL_DATA_DIR": str(folder), **environment})


def problems(folder: Path, **environment: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, **environment)
    return caught.value.problems


def test_an_empty_environment_is_enough(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert settings.database_url == ""
    assert settings.redis_url is None
    assert settings.port == 8080
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.rate_limit_storage == "memory://"


def test_names_of_hosting_platforms_have_no_prefix(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        DATABASE_URL="postgres://office:secret@db:5433/hall",
        REDIS_URL="redis://queue:6379/0",
        SMTP_HOST="mail",
        SMTP_TLS="starttls",
        BOOKINGHALL_HOST="0.0.0.0",
        BOOKINGHALL_PORT="80",
    )

    assert settings.database_url == "postgresql+psycopg://office:secret@db:5433/hall"
    assert settings.redis_url == "redis://queue:6379/0"
    assert settings.smtp_port == 587
    assert settings.public_url == "http://127.0.0.1:80"


def test_every_fault_is_told_at_once_and_in_plain_words(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        BOOKINGHALL_PORT="http",
        SMTP_PORT="99999",
        SMTP_TLS="yes",
        DATABASE_URL="mysql://root:hunter2@db/hall",
        REDIS_URL="http://queue",
        BOOKINGHALL_PUBLIC_URL="tickets.example.com",
        SMTP_PASSWORD_FILE=str(tmp_path / "nowhere"),
    )

    assert found == [
        f"SMTP_PASSWORD_FILE names {tmp_path}/nowhere, which cannot be read: no such file or directory.",
        "DATABASE_URL must look like postgresql://user:password@host:5432/database (PostgreSQL 15 or newer).",
        "REDIS_URL must look like redis://host:6379/0, rediss://… or unix:///path/to/socket.",
        "SMTP_PORT must not be greater than 65535.",
        "SMTP_TLS must be 'none', 'starttls' or 'tls'.",
        "BOOKINGHALL_PORT must be a whole number.",
        "BOOKINGHALL_PUBLIC_URL must be a web address such as https://tickets.example.com.",
    ]
    assert "hunter2" not in "".join(found)


@pytest.mark.parametrize("key", ["short", base64.b64encode(b"x" * 31).decode(), "not base64 at all!"])
def test_a_signing_key_has_32_bytes(tmp_path: Path, key: str) -> None:
    assert problems(tmp_path, BOOKINGHALL_TICKET_SIGNING_KEY=key) == [
        "BOOKINGHALL_TICKET_SIGNING_KEY must be 32 random bytes in base64."
    ]


def test_missing_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)

    assert first == second
    assert len(base64.b64decode(first.ticket_signing_key)) == 32
    files = sorted((tmp_path / "secrets").iterdir())
    assert [f.name for f in files] == ["secret_key", "simulated_gateway_secret", "ticket_signing_key"]
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from the vault\n")

    assert load(tmp_path, BOOKINGHALL_SECRET_KEY_FILE=str(file)).secret_key == "from the vault"


def test_a_secret_is_given_one_way_only(tmp_path: Path) -> None:
    found = problems(tmp_path, BOOKINGHALL_SECRET_KEY="a", BOOKINGHALL_SECRET_KEY_FILE="/b")

    assert found == ["BOOKINGHALL_SECRET_KEY and BOOKINGHALL_SECRET_KEY_FILE are both set: keep one of them."]


def test_a_damaged_kept_key_is_not_replaced_in_silence(tmp_path: Path) -> None:
    load(tmp_path)
    kept = tmp_path / "secrets" / "ticket_signing_key"
    kept.write_text("half a k")

    assert "is damaged" in problems(tmp_path)[0]
    assert kept.read_text() == "half a k"


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = load(tmp_path, DATABASE_URL="postgresql://u:hunter2@h/d", SMTP_PASSWORD="hunter2")

    assert "hunter2" not in repr(settings)
    assert settings.secret_key not in repr(settings)


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "cannot be used: not a directory" in problems(tmp_path / "file" / "data")[0]


def test_a_child_process_reads_the_same_settings(tmp_path: Path) -> None:
    settings = load(tmp_path, SMTP_HOST="mail").with_servers(
        "postgresql://postgres@/d?host=/s", "unix:///s/redis"
    )

    assert Settings.load(settings.environment()) == settings
    assert settings.rate_limit_storage == "redis+unix:///s/redis"


@pytest.mark.parametrize("url", ["", "hall", "sqlite:///hall.db", "postgresql://h:port/d"])
def test_only_postgresql_is_a_database(url: str) -> None:
    with pytest.raises(ValueError, match=r"must look like|not a number"):
        normalised_database_url(url)


def test_root_keeps_data_out_of_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert default_data_dir() == Path("/var/lib/bookinghall")

    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert default_data_dir() == PROJECT_ROOT / "var"
