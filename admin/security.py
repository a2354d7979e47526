"""Headers of the admin's pages: nothing runs, loads or frames that the office did not serve itself."""

import secrets

from flask import Flask, Response, g, request

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: A mail is shown as it was sent, but it can run nothing, load nothing and leave nowhere.
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


def nonce() -> str:
    """The word that allows this answer's own scripts, new for every request."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    word: str = g.csp_nonce
    return word


def register(app: Flask) -> None:
    """Put the headers on every answer under /admin that has none of its own."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    if request.path != "/admin" and not request.path.startswith("/admin/"):
        return response
    response.headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=nonce()))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if response.mimetype in {"text/html", "application/json"}:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
