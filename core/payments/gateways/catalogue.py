"""Which gateways this office has, by name and by method; made once for each application from its settings."""

from flask import Flask, current_app

from core.kernel import context
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.settings import Settings
from core.payments.gateways.base import Gateway
from core.payments.gateways.cash import CashGateway
from core.payments.gateways.simulated.client import SimulatedGateway
from core.payments.gateways.voucher import VoucherGateway
from core.payments.words import Method

_KEY = "bookinghall_gateways"
_OWN = {Method.CASH: "cash", Method.VOUCHER: "voucher"}
_BY_METHOD = {
    "simulated": dict.fromkeys(Method, "simulated") | _OWN,
    "stripe": {Method.CARD: "stripe", Method.PHONE: "stripe"} | _OWN,
}


class UnknownMethod(RuleBroken):
    """Nobody takes money in this way here."""

    code = "unknown_method"
    message = "This way of paying is not offered here."


def gateway(name: str) -> Gateway:
    """The gateway of that name. Raises NotFound."""
    try:
        return _gateways()[name]
    except KeyError:
        raise NotFound("There is no such payment service here.") from None


def gateway_for(method: str) -> Gateway:
    """The gateway that takes this method. Raises UnknownMethod."""
    try:
        by_method = _BY_METHOD[context.settings().card_gateway]
        return _gateways()[by_method[Method(method)]]
    except (ValueError, KeyError):
        raise UnknownMethod(method=method) from None


def register(app: Flask, *more: Gateway) -> None:
    """Make the application's gateways, and take in those of floors above. They open connections only when used."""
    app.extensions[_KEY] = _make(context.settings(app)) | {each.name: each for each in more}


def _gateways() -> dict[str, Gateway]:
    made: dict[str, Gateway] | None = current_app.extensions.get(_KEY)
    if made is None:
        made = current_app.extensions.setdefault(_KEY, _make(context.settings()))
    return made


def _make(settings: Settings) -> dict[str, Gateway]:
    made: list[Gateway] = [CashGateway(), VoucherGateway(), SimulatedGateway.from_settings(settings)]
    if settings.card_gateway == "stripe":
        made.append(_stripe(settings))
    return {each.name: each for each in made}


def _stripe(settings: Settings) -> Gateway:
    """Its library is large, so that only an office that uses it loads it."""
    from core.payments.gateways.stripe import page
    from core.payments.gateways.stripe.client import StripeGateway

    return StripeGateway(
        settings.stripe_secret_key,
        settings.stripe_webhook_secret,
        page.address(settings),
        settings.stripe_api_base,
    )


def stand_in(app: Flask, only: Gateway) -> None:
    """Let `only` take every method but cash and vouchers, under its own name: no gateway over a network is ever asked."""
    own = {each.name: each for each in (CashGateway(), VoucherGateway())}
    names = {only.name, *(name for ways in _BY_METHOD.values() for name in ways.values())}
    app.extensions[_KEY] = dict.fromkeys(names, only) | own
