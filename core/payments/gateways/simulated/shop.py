"""What every request of the simulated gateway works with."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from core.payments.gateways.simulated.delivery import Delivery
from core.payments.gateways.simulated.store import Store

KEY = "simulated_gateway"


@dataclass(frozen=True, slots=True)
class Shop:
    """`url` is where people reach the gateway; `usual` the behaviour of intents that ask for none."""

    store: Store
    delivery: Delivery
    secret: str
    url: str
    usual: str


def shop() -> Shop:
    """The one of the present request."""
    return cast(Shop, current_app.extensions[KEY])
