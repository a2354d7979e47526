"""Composition root: the core application, then the kiosk, then the admin."""

from flask import Flask

import admin
import kiosk
from core.app import create_app
from core.kernel.settings import Settings


def create_office(settings: Settings) -> Flask:
    """The whole ticket office with all of its screens."""
    app = create_app(settings)
    kiosk.register(app)
    admin.register(app)
    return app


def application_factory() -> Flask:
    """For a WSGI server: ``gunicorn 'wsgi:application_factory()'``."""
    return create_office(Settings.load())
