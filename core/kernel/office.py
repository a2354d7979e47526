"""What a command is given: settings, running servers and an application, whichever way the office runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask

from core.kernel.db import db
from core.kernel.embedded import embedded_servers
from core.kernel.settings import Settings


@dataclass(frozen=True, slots=True)
class Office:
    """Handed to every command by `click.pass_obj`.

    A command lives beside its subject, below the application: it is given the way to make one.
    """

    make_app: Callable[[Settings], Flask]

    @contextmanager
    def servers(self) -> Iterator[Settings]:
        """Settings that name running servers: those of the environment, of a running office, or embedded
        ones that run until the block ends. Raises `SettingsError`, `EmbeddedServerError`."""
        settings = Settings.load()
        with embedded_servers(settings, share=True) as (database_url, redis_url):
            yield settings.with_servers(database_url, redis_url)

    @contextmanager
    def open(self) -> Iterator[Settings]:
        """Like `servers`, and inside an application context, so that services and queries can be called."""
        with self.servers() as settings, self.inside(settings):
            yield settings

    @contextmanager
    def inside(self, settings: Settings) -> Iterator[None]:
        """An application context on these settings; closes its connections at the end."""
        with self.make_app(settings).app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()
