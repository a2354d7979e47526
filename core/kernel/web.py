"""What every page and endpoint gets: languages, protection of forms, headers that browsers obey.

A part that needs another policy for its own pages (the kiosk's sockets, the admin's nonces) sets the header itself;
here only what is missing is added.
"""

from flask import Flask, Response, request
from flask_babel import Babel
from flask_wtf import CSRFProtect

from core.kernel.context import settings

babel = Babel()
#: App-wide. Blueprints whose callers cannot be forged by a foreign page (the API, signed webhooks) are exempted.
csrf = CSRFProtect()

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
}


def register(app: Flask) -> None:
    """Initialise languages and form protection, and add the headers to every answer."""
    # A kiosk's page stays open for days; its token must not grow old before the session does.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    babel.init_app(app, locale_selector=language)
    csrf.init_app(app)
    app.after_request(_add_headers)


def language() -> str:
    """The language of this request: the browser's, as far as there are translations, else the office's own."""
    own = settings().language
    known = {own, *(locale.language for locale in babel.list_translations())}
    return request.accept_languages.best_match(sorted(known), default=own) or own


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
