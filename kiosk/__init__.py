"""The touch screen: one page that sells, the JSON it asks for, and the pairing of the machine it runs on."""

from flask import Flask

from kiosk.views import blueprint


def register(app: Flask) -> None:
    """Put the kiosk under /kiosk."""
    app.register_blueprint(blueprint)
