"""How errors look: problem+json under /api (and for scripts of the screens), a calm page everywhere else."""

import structlog
from flask import Flask, Response, jsonify, render_template, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException

from core.kernel.db import db, translate
from core.kernel.errors import DomainError, Unavailable

log = structlog.get_logger(__name__)

_CODES = {400: "malformed", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
          413: "too_large", 415: "unsupported_media_type", 429: "rate_limited"}  # fmt: skip


def register_error_pages(app: Flask) -> None:
    """Turn every error into an answer in the user's words; a stack trace reaches only the log."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(NoConnectionFree, _no_connection_free)
    app.register_error_handler(Exception, _defect)


def problem(status: int, code: str, message: str, **details: object) -> Response:
    """An answer as RFC 9457 `application/problem+json` with our stable `code`."""
    answer = jsonify({"type": "about:blank", "title": message, "status": status, "code": code, **details})
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return answer


def _answer(status: int, code: str, message: str, **details: object) -> Response:
    if _wants_json():
        return problem(status, code, message, **details)
    page = render_template("errors/page.html", status=status, code=code, message=message)
    return Response(page, status=status, content_type="text/html; charset=utf-8")


def _wants_json() -> bool:
    if request.path.startswith("/api/") or request.is_json:
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _domain_error(error: DomainError) -> Response:
    answer = _answer(error.status, error.code, error.message, **error.details)
    if "retry_after" in error.details:
        answer.headers["Retry-After"] = str(error.details["retry_after"])
    return answer


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # a response that was made on purpose
    status = error.code or 500
    words = {404: "There is no such page here.", 405: "This address does not take that kind of request.",
             413: "That is too large.", 429: "Too many requests. Please wait a moment."}  # fmt: skip
    message = words.get(status) or (error.description if status < 500 else None) or "This did not work."
    answer = _answer(status, _CODES.get(status, "error"), message)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            answer.headers[name] = value
    return answer


def _database_error(error: DBAPIError) -> Response:
    db.session.rollback()
    known = translate(error)
    if isinstance(known, DomainError):
        return _domain_error(known)
    return _defect(error)


def _no_connection_free(error: NoConnectionFree) -> Response:
    """Every connection was taken for the whole time that one waits: too many ask, or the database hangs."""
    log.warning("no_connection_free", path=request.path, error=str(error))
    return _domain_error(Unavailable())


def _defect(error: Exception) -> Response:
    log.error("unexpected_error", path=request.path, exc_info=error)
    db.session.rollback()
    return _answer(500, "internal_error", "Something went wrong on our side. Nothing was sold.")
