"""Applications work for one test after another: making one takes half a second of a processor, another database needs only
another engine. What a test changes in its configuration and among its extensions is undone when it is lent again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import create_engine

from core.accounts import throttle
from core.kernel.db import db, engine_options
from core.kernel.settings import Settings
from core.payments.gateways import catalogue
from core.peripherals.terminal import TerminalGateway

Make = Callable[[Settings], Flask]

#: What may differ between two tests that are lent the same application. Everything else asks for one of its own.
_OWN = {"database_url", "port", "public_url"}


@dataclass(frozen=True)
class _Made:
    """An application as it was when it was new."""

    app: Flask
    key: tuple[Any, ...]
    config: dict[str, Any]
    extensions: dict[str, Any]


class Lender:
    """Those that are idle, by how they were made."""

    def __init__(self) -> None:
        self._idle: dict[tuple[Any, ...], list[_Made]] = {}
        self._lent: list[_Made] = []

    def borrow(self, make: Make, settings: Settings) -> Flask:
        """An application on the database of `settings` that nobody else uses, as good as new."""
        key = _key(make, settings)
        idle = self._idle.setdefault(key, [])
        if not idle:
            app = make(settings)
            idle.append(_Made(app, key, dict(app.config), dict(app.extensions)))
        made = idle.pop()
        self._lent.append(made)
        return _renewed(made, settings)

    def give_back(self, app: Flask) -> None:
        """Nobody uses it any more; one that was not lent is none of our business."""
        for made in [each for each in self._lent if each.app is app]:
            self._lent.remove(made)
            self._idle[made.key].append(made)


def _key(make: Make, settings: Settings) -> tuple[Any, ...]:
    secure = settings.public_url.startswith("https://")
    return make, secure, settings.model_dump_json(exclude=_OWN)


def _renewed(made: _Made, settings: Settings) -> Flask:
    app = made.app
    _put_back(app.config, made.config)
    _put_back(app.extensions, made.extensions)
    app.config.update(SETTINGS=settings, SQLALCHEMY_DATABASE_URI=settings.database_url)
    catalogue.register(app, TerminalGateway())
    throttle.register(app)
    with app.app_context():
        db.engines[None] = create_engine(settings.database_url, **engine_options())
    return app


def _put_back(now: dict[str, Any], then: dict[str, Any]) -> None:
    now.clear()
    now.update(then)
