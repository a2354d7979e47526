"""What every page and endpoint gets: languages, protection of forms, headers that browsers obey.

A part that needs another policy for its own pages (the kiosk's sockets, the admin's nonces) sets the header itself;
here only what is missing is added.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
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
_BY_LOWER_NAME = {name.lower(): (name, value) for name, value in _HEADERS.items()}

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]


class _Sessions(SecureCookieSessionInterface):
    """Signed cookies as ever, without making a signature's tools for those who come with none and leave with none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie, or an empty one."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie if the session says so."""
        if session or session.modified or session.accessed:
            super().save_session(app, session, response)


def register(app: Flask) -> None:
    """Initialise languages and form protection, and add the headers to every answer."""
    # A kiosk's page stays open for days; its token must not grow old before the session does.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    babel.init_app(app, locale_selector=language)
    csrf.init_app(app)
    app.session_interface = _Sessions()
    app.wsgi_app = _with_headers(app.wsgi_app)  # type: ignore[method-assign,assignment]  # wrapping the application, as Flask says to


def language() -> str:
    """The language of this request: the browser's, as far as there are translations, else the office's own."""
    own = settings().language
    known = {own, *(locale.language for locale in babel.list_translations())}
    return request.accept_languages.best_match(sorted(known), default=own) or own


def _with_headers(inner: Wsgi) -> Wsgi:
    """Add what is missing, outside of Flask: for small answers its own way took a tenth of the time."""

    def serve(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            given = {name.lower() for name, _ in headers}
            headers.extend(pair for name, pair in _BY_LOWER_NAME.items() if name not in given)
            return start_response(status, headers, *error)

        return inner(environ, start)

    return serve
