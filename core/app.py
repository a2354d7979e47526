"""The application: extensions, error pages and blueprints put together. `create_app` knows all of core, nothing above.

`wsgi.py` adds the kiosk and the admin. Every part has one function `register(app)`.
"""

from datetime import timedelta

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from core import schema
from core.accounts import sign_in
from core.api import routes
from core.error_pages import register_error_pages
from core.jobs.queues import nudge_outbox
from core.kernel import assets, compression, outbox, web
from core.kernel.context import TEMPLATES
from core.kernel.db import db, engine_options
from core.kernel.settings import Settings
from core.live import kiosks as live_kiosks
from core.live import server as live
from core.payments.gateways import catalogue
from core.peripherals.terminal import TerminalGateway


def create_app(settings: Settings) -> Flask:
    """Make the ticket office without its screens. The database must be migrated; nothing is written here."""
    app = Flask("core", template_folder=str(TEMPLATES))
    app.config.update(_flask_config(settings))
    # Every model is loaded before the first query.
    app.extensions["bookinghall_tables"] = schema.metadata.tables
    db.init_app(app)
    outbox.nudge_with(app.extensions, nudge_outbox)
    web.register(app)
    assets.register(app)
    compression.register(app)
    sign_in.register(app)
    routes.register(app)
    catalogue.register(app, TerminalGateway())
    _register_pay_page(app)
    live.register(app)
    live_kiosks.register(app)
    register_error_pages(app)
    _believe_proxies(app, settings.trusted_proxies)
    return app


def _believe_proxies(app: Flask, count: int) -> None:
    """Around everything else, so that addresses, rate limits and Socket.IO all see the visitor and not the proxy."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # wrapping the application, as Flask says to


def _register_pay_page(app: Flask) -> None:
    """Stripe's library is loaded by those who use it only."""
    if app.config["SETTINGS"].card_gateway == "stripe":
        from core.payments.gateways.stripe.page import page

        app.register_blueprint(page)


def _flask_config(settings: Settings) -> dict[str, object]:
    secure = settings.public_url.startswith("https://")
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "TESTING": settings.testing,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(),
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        # A form may fill it: a thousand stops with long names in Cyrillic letters are more than Flask's half a megabyte.
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        # The cookie is the session: one that was copied, or never signed out of, is worth nothing after a long day.
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "JSON_SORT_KEYS": False,
    }
