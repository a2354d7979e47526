"""Every setting of the office, read in one place.

`Settings.load()` reads the environment (see `_NAMES`), takes any secret from a file where
`<NAME>_FILE` is set, creates missing secrets once in the data folder, and refuses to go on when
something is wrong: one `SettingsError` lists every problem in plain sentences.
"""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

PROJECT_ROOT = Path(__file__).resolve().parents[2]

# Names without a prefix are those that hosting platforms set by themselves.
_NAMES: dict[str, str] = {
    "database_url": "DATABASE_URL",
    "redis_url": "REDIS_URL",
    "smtp_host": "SMTP_HOST",
    "smtp_port": "SMTP_PORT",
    "smtp_user": "SMTP_USER",
    "smtp_password": "SMTP_PASSWORD",
    "smtp_tls": "SMTP_TLS",
    "mail_from": "MAIL_FROM",
    "stripe_secret_key": "STRIPE_SECRET_KEY",
    "stripe_publishable_key": "STRIPE_PUBLISHABLE_KEY",
    "stripe_webhook_secret": "STRIPE_WEBHOOK_SECRET",
}
_PREFIX = "BOOKINGHALL_"
_SECRETS = (
    "database_url",
    "redis_url",
    "smtp_password",
    "sms_token",
    "secret_key",
    "ticket_signing_key",
    "simulated_gateway_secret",
    "stripe_secret_key",
    "stripe_webhook_secret",
)
_SIGNING_KEY_BYTES = 32


class SettingsError(ValueError):
    """The settings are wrong; `problems` has one plain sentence for each fault."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            "Bookinghall cannot start with these settings:\n" + "\n".join(f"  - {p}" for p in problems)
        )


def environment_name(field: str) -> str:
    """The environment variable that sets `field`, e.g. `port` -> `BOOKINGHALL_PORT`."""
    return _NAMES.get(field, _PREFIX + field.upper())


def default_data_dir() -> Path:
    """Where data lives unless told otherwise: root keeps it out of everyone's home, others in the checkout."""
    return Path("/var/lib/bookinghall") if os.geteuid() == 0 else PROJECT_ROOT / "var"


class Settings(BaseModel):
    """The office's settings: read once at start, never changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)

    database_url: str = Field(default="", repr=False)
    """SQLAlchemy address of PostgreSQL; empty means the embedded server."""
    redis_url: str | None = Field(default=None, repr=False)
    """Address of Redis; None means the embedded server."""

    smtp_host: str | None = None
    """Mail server; None keeps mail in the mailbox of the admin."""
    smtp_port: int = Field(default=0, ge=0, le=65535)
    """0 takes the usual port for `smtp_tls`: 25, 587 or 465."""
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    mail_from: str = "Bookinghall <tickets@bookinghall.invalid>"

    sms_url: str = ""
    """Where text messages are handed over, see `core.messages.sms`; without it none is written."""
    sms_token: str = Field(default="", repr=False)
    """What that gateway knows us by, sent as a bearer token."""
    webhook_private_hosts: str = ""
    """Hosts inside of your own network that an operator's webhook may reach: names or addresses, with commas between.
    Everything else that is not on the public internet is refused."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: str = ""
    """How customers reach the office, without a trailing slash; by default http://<host>:<port>."""
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies of your own stand in front. So many of the last values of `X-Forwarded-For`, `-Proto` and
    `-Host` are believed, so that limits and logs know the visitor's address. 0 believes none: right without a proxy."""
    language: str = "en"
    """Language of screens until someone chooses another."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    testing: bool = False

    data_dir: Path = Field(default_factory=default_data_dir)
    secret_key: str = Field(default="", repr=False)
    """Signs sessions and tokens."""
    ticket_signing_key: str = Field(default="", repr=False)
    """The Ed25519 seed that signs tickets: 32 random bytes in base64."""
    simulated_gateway_url: str = "http://127.0.0.1:8099"
    simulated_gateway_secret: str = Field(default="", repr=False)
    """Shared with the simulated gateway, to sign its webhooks."""
    card_gateway: Literal["simulated", "stripe"] = "simulated"
    """Who takes cards: the simulated gateway, which moves no money, or Stripe."""
    stripe_secret_key: str = Field(default="", repr=False)
    stripe_publishable_key: str = ""
    """The key that the pay page shows to browsers."""
    stripe_webhook_secret: str = Field(default="", repr=False)
    """Signs Stripe's messages to /api/v1/payments/webhook/stripe."""
    stripe_api_base: str = "https://api.stripe.com"
    """Where Stripe is; another address is for tests."""

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Self:
        """Read the environment (or the mapping given in its place); `overrides` win over both.

        Creates the data folder and the secrets that nobody gave. Raises `SettingsError`.
        """
        env = os.environ if environment is None else environment
        values, problems = _read_environment(env, cls.model_fields)
        values.update(overrides)
        try:
            settings = cls(**values)
        except ValidationError as error:
            raise SettingsError(problems + _sentences(error)) from None
        if settings.card_gateway == "stripe":
            problems += settings._missing_keys()
        if problems:
            raise SettingsError(problems)
        return settings._with_secrets()

    def with_servers(self, database_url: str, redis_url: str | None) -> Self:
        """The same settings, talking to these servers."""
        changed = {"database_url": normalised_database_url(database_url), "redis_url": redis_url}
        return self.model_copy(update=changed)

    @property
    def rate_limit_storage(self) -> str:
        """Where rate limits are counted, in the notation of the `limits` package."""
        if not self.redis_url:
            return "memory://"
        return self.redis_url.replace("unix://", "redis+unix://", 1)

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for a child process. Contains the secrets."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {environment_name(k): _as_text(v) for k, v in values.items() if v not in (None, "")}

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        return normalised_database_url(value) if value else value

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str | None) -> str | None:
        if not value:
            return None
        if urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("must look like redis://host:6379/0, rediss://… or unix:///path/to/socket")
        return value

    @field_validator("public_url", "simulated_gateway_url", "stripe_api_base", "sms_url")
    @classmethod
    def _check_web_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be a web address such as https://tickets.example.com")
        return value.rstrip("/")

    @field_validator("ticket_signing_key")
    @classmethod
    def _check_signing_key(cls, value: str) -> str:
        if value and _decoded_length(value) != _SIGNING_KEY_BYTES:
            raise ValueError("must be 32 random bytes in base64")
        return value

    @field_validator("sms_token")
    @classmethod
    def _check_sms_token(cls, value: str) -> str:
        if not value.isascii() or not all(c.isprintable() and c != " " for c in value):
            raise ValueError("must be one word of letters, digits and signs")
        return value

    @field_validator("mail_from")
    @classmethod
    def _check_mail_from(cls, value: str) -> str:
        if "@" not in value or any(c in value for c in "\r\n"):
            raise ValueError("must be an e-mail address, with or without a name before it")
        return value

    @field_validator("data_dir")
    @classmethod
    def _check_data_dir(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @model_validator(mode="after")
    def _fill_derived(self) -> Self:
        if not self.smtp_port:
            object.__setattr__(self, "smtp_port", {"none": 25, "starttls": 587, "tls": 465}[self.smtp_tls])
        if not self.public_url:
            object.__setattr__(self, "public_url", f"http://{_reachable(self.host)}:{self.port}")
        return self

    def _missing_keys(self) -> list[str]:
        keys = ("stripe_secret_key", "stripe_publishable_key", "stripe_webhook_secret")
        missing = [environment_name(key) for key in keys if not getattr(self, key)]
        return [f"{name} is needed when cards go through Stripe." for name in missing]

    def _with_secrets(self) -> Self:
        makers: dict[str, Callable[[], str]] = {
            "secret_key": lambda: secrets.token_urlsafe(48),
            "ticket_signing_key": lambda: base64.b64encode(secrets.token_bytes(_SIGNING_KEY_BYTES)).decode(),
            "simulated_gateway_secret": lambda: secrets.token_urlsafe(32),
        }
        missing = {name: make for name, make in makers.items() if not getattr(self, name)}
        try:
            found = {name: _kept_secret(self.data_dir, name, make) for name, make in missing.items()}
        except OSError as error:
            raise SettingsError([_data_dir_sentence(self.data_dir, error)]) from None
        key = found.get("ticket_signing_key")
        if key is not None and _decoded_length(key) != _SIGNING_KEY_BYTES:
            path = _secret_path(self.data_dir, "ticket_signing_key")
            raise SettingsError(
                [f"{path} is damaged: it must hold 32 random bytes in base64. Restore it from a backup."]
            )
        return self.model_copy(update=found)


def normalised_database_url(url: str) -> str:
    """A PostgreSQL address in the form that SQLAlchemy hands to psycopg 3. Raises ValueError for anything else."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ValueError(
            "must look like postgresql://user:password@host:5432/database (PostgreSQL 15 or newer)"
        )
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError("has a port that is not a number") from None
    return f"postgresql+psycopg://{rest}"


def _read_environment(env: Mapping[str, str], fields: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field in fields:
        name = environment_name(field)
        given = env.get(name, "").strip()
        file = env.get(name + "_FILE", "").strip() if field in _SECRETS else ""
        if given and file:
            problems.append(f"{name} and {name}_FILE are both set: keep one of them.")
        elif file:
            try:
                values[field] = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"{name}_FILE names {file}, which cannot be read: {_reason(error)}.")
        elif given:
            values[field] = given
    return values, problems


_PLAINER = {
    "int_parsing": "must be a whole number",
    "bool_parsing": "must be true or false",
    "less_than_equal": "must not be greater than {le}",
    "greater_than_equal": "must be at least {ge}",
    "literal_error": "must be {expected}",
}


def _sentences(error: ValidationError) -> list[str]:
    """One plain sentence for each fault; values are not repeated, as they may be secret."""
    sentences = []
    for fault in error.errors():
        name = environment_name(str(fault["loc"][0])) if fault["loc"] else "The environment"
        plain = _PLAINER.get(fault["type"], fault["msg"].removeprefix("Value error, "))
        sentences.append(f"{name} {plain.format_map(fault.get('ctx', {}))}.")
    return sentences


def _kept_secret(data_dir: Path, name: str, make: Callable[[], str]) -> str:
    """Read the secret from the data folder; the first caller creates it, readable by its owner alone."""
    path = _secret_path(data_dir, name)
    data_dir.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        with _locked(path.parent):
            if not path.exists():
                _write_private(path, make() + "\n")
    return path.read_text(encoding="ascii").strip()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_private(path: Path, text: str) -> None:
    """Write whole or not at all: a crash in between leaves only a draft."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def _secret_path(data_dir: Path, name: str) -> Path:
    return data_dir / "secrets" / name


def _data_dir_sentence(data_dir: Path, error: OSError) -> str:
    return (
        f"The data folder {data_dir} cannot be used: {_reason(error)}. "
        f"Choose another with {_PREFIX}DATA_DIR or give this user the right to write there."
    )


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "it is not plain text"


def _decoded_length(value: str) -> int:
    try:
        return len(base64.b64decode(value, validate=True))
    except ValueError:
        return -1


def _reachable(host: str) -> str:
    """An address that a browser on this machine can open for what the server listens on."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
