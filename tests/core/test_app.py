"""How the application is put together: what it believes of who asks."""

import pytest
from flask import Flask, request

from core.app import create_app
from core.kernel.settings import Settings

FORGED = {
    "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "shop.example",
}


def office_behind(settings: Settings, proxies: int) -> Flask:
    """An office that tells every visitor how it sees them."""
    app = create_app(settings.model_copy(update={"trusted_proxies": proxies}))
    app.add_url_rule("/me", view_func=lambda: f"{request.remote_addr} {request.scheme}://{request.host}")
    return app


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        (0, "127.0.0.1 http://localhost"),
        (1, "198.51.100.7 https://shop.example"),
        (2, "203.0.113.9 http://localhost"),
    ],
)
def test_only_as_many_proxies_are_believed_as_there_are(settings: Settings, proxies: int, seen: str) -> None:
    assert office_behind(settings, proxies).test_client().get("/me", headers=FORGED).text == seen
