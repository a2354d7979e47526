"""The simulated gateway as a WSGI application of its own: it knows nothing of the office but what it is sent."""

from flask import Flask, Response, g, jsonify, render_template, request
from flask_babel import Babel
from werkzeug.exceptions import HTTPException

from core.kernel.assets import assets
from core.kernel.context import TEMPLATES
from core.kernel.settings import PROJECT_ROOT, Settings
from core.payments.gateways.simulated.api import api
from core.payments.gateways.simulated.delivery import Delivery
from core.payments.gateways.simulated.intents import LONGEST_BODY, intents_first
from core.payments.gateways.simulated.page import page
from core.payments.gateways.simulated.shop import KEY, Shop
from core.payments.gateways.simulated.store import Store

_LOOK = PROJECT_ROOT / "core" / "static"
FILE = "simulated-gateway.sqlite3"


def create_gateway(settings: Settings, pace: float = 1.0, usual: str = "page") -> Flask:
    """Make the gateway and start what it does by itself. One process at a time may work on a data folder.

    `pace` multiplies every wait; `usual` is the behaviour of intents that ask for none.
    """
    store = Store(settings.data_dir / FILE, pace)
    secret = settings.simulated_gateway_secret
    delivery = Delivery(store, secret)
    app = Flask("core.payments.gateways.simulated", template_folder=str(TEMPLATES), static_folder=str(_LOOK))
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    shop = Shop(store, delivery, secret, settings.simulated_gateway_url, usual)
    app.extensions[KEY] = shop
    app.wsgi_app = intents_first(app.wsgi_app, shop)  # type: ignore[method-assign,assignment]  # wrapping the application, as Flask says to
    Babel(app, locale_selector=lambda: g.get("language", "en"))
    for part in (api, page, assets):
        app.register_blueprint(part)
    app.register_error_handler(HTTPException, _error)
    delivery.start()
    return app


def _error(error: HTTPException) -> Response:
    status = error.code or 500
    if request.blueprint == "api" or request.is_json:
        answer = jsonify({"code": str(error.name).lower().replace(" ", "_"), "message": error.description})
    else:
        answer = Response(render_template("gateway/missing.html"), content_type="text/html; charset=utf-8")
    answer.status_code = status
    return answer
