"""The touch screen: one page that sells, the JSON it asks for, and the pairing of the machine it runs on; and the pages
that letters lead to, for people at home.
"""

import structlog
from flask import Flask

from core.kernel.bundle import missing_bundle
from kiosk.views import blueprint, choice, ticket_link, waiting, wall


def register(app: Flask) -> None:
    """Put the kiosk under /kiosk, and beside it what letters lead to."""
    sentence = missing_bundle()
    if sentence:
        structlog.get_logger().warning("kiosk_bundle_missing", meaning=sentence)
    app.register_blueprint(blueprint)
    app.register_blueprint(choice.page)
    app.register_blueprint(waiting.page)
    app.register_blueprint(ticket_link.page)
    app.register_blueprint(wall.page)
