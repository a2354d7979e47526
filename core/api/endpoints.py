"""How a function of the API is declared, and what is done before and after it runs.

`@endpoint("POST", "/reservations/create", ...)` puts the function into `ENDPOINTS`; `core.api.routes` makes the Flask
rules of them, `core.api.openapi` the document. Before the function runs: who asks, whether they may, and what they
sent, parsed by one pydantic model; after it: JSON, and the guest session where one was made.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Response, request
from pydantic import BaseModel

from core.accounts.callers import GUEST_COOKIE, GUEST_HEADER, Caller, caller_of_request, require
from core.api.parsing import parse_body, parse_query
from core.kernel.context import settings
from core.kernel.errors import Malformed, Unauthenticated
from core.kernel.idempotency import Answer, once

#: Who may call, besides the permissions of `core.accounts.rules`.
ANYONE = "anyone"  # guests too; what belongs to others is not found
SIGNED_IN = "signed in"  # users of any role
NOBODY_ASKED = "public"  # the caller is not even looked at

Handler = Callable[..., Any]
Handled = TypeVar("Handled", bound=Handler)

_KEY_HEADER = "Idempotency-Key"
_GUEST_KEPT = 60 * 60 * 24 * 30


@dataclass(frozen=True)
class Endpoint:
    """One function of the API. A `hidden` one is not in the document, a `bare` one not under `/api/v1`."""

    name: str
    method: str
    path: str
    handler: Handler
    access: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    once: bool = False
    errors: tuple[int, ...] = ()
    content_type: str = "application/json"
    summary: str = ""
    keeps_guest: bool = False
    hidden: bool = False
    bare: bool = False
    #: Other names of a function may carry in their path what it takes as body.
    body_of_path: bool = False

    @property
    def tag(self) -> str:
        """The resource: the file that the function is in."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with another status than the declared one, or with headers."""

    body: Any
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


ENDPOINTS: dict[str, Endpoint] = {}


def endpoint(method: str, path: str, *, access: str, **declared: Any) -> Callable[[Handled], Handled]:
    """Declare a function of the API; its docstring's first line is the summary in the document.

    It is called with `caller` (unless access is `NOBODY_ASKED`), the parts of the path, and `body` and `query` as the
    declared models. It returns JSON values, a `Reply`, or a Flask response for other content.
    """

    def add(handler: Handled) -> Handled:
        name = f"{handler.__module__.rpartition('.')[2]}.{handler.__name__}"
        summary = (handler.__doc__ or "").strip().partition("\n")[0]
        if name in ENDPOINTS:
            raise ValueError(f"{name} is declared twice")
        ENDPOINTS[name] = Endpoint(name, method, path, handler, access, summary=summary, **declared)
        return handler

    return add


def view_of(declared: Endpoint) -> Callable[..., Response]:
    """The Flask view of a declared function."""

    def view(**path: Any) -> Response:
        caller = None if declared.access == NOBODY_ASKED else _caller(declared.access)
        given = {**path} if caller is None else {"caller": caller, **path}
        raw = b""
        if declared.body is not None:
            raw = request.get_data(cache=False)
            given = _with_body(declared, given, path, raw)
        if declared.query is not None:
            given["query"] = parse_query(declared.query, request.args)
        if declared.once and _KEY_HEADER in request.headers and caller is not None:
            return _respond(declared, caller, _done_once(declared, caller, raw, given))
        return _respond(declared, caller, declared.handler(**given))

    return view


def _caller(access: str) -> Caller:
    caller = caller_of_request()
    if access == ANYONE:
        return caller
    if access == SIGNED_IN:
        if caller.user_id is None:
            raise Unauthenticated
        return caller
    require(caller, access)
    return caller


def _with_body(declared: Endpoint, given: dict[str, Any], path: dict[str, Any], raw: bytes) -> dict[str, Any]:
    model = declared.body
    assert model is not None  # noqa: S101 - the caller looked
    if declared.body_of_path:
        named = {name: value for name, value in given.items() if name not in path}
        return {**named, "body": model.model_validate(path)}
    return {**given, "body": parse_body(model, raw, request.mimetype)}


def _done_once(declared: Endpoint, caller: Caller, raw: bytes, given: dict[str, Any]) -> Reply:
    key = request.headers[_KEY_HEADER]
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise Malformed(f"{_KEY_HEADER} takes 1 to 200 plain characters.", code="bad_idempotency_key")

    def work() -> Answer:
        reply = _as_reply(declared, declared.handler(**given))
        return Answer(reply.status or declared.status, reply.body)

    scope = f"{caller.holder.kind}:{caller.holder.id}"
    kept = once(scope, key, f"{request.method} {request.path}\n".encode() + raw, work)
    return Reply(kept.body, kept.status)


def _as_reply(declared: Endpoint, result: Any) -> Reply:
    return result if isinstance(result, Reply) else Reply(result, declared.status)


def _respond(declared: Endpoint, caller: Caller | None, result: Any) -> Response:
    if isinstance(result, Response):
        answer = result
    else:
        reply = _as_reply(declared, result)
        text = "" if reply.body is None else json.dumps(reply.body, ensure_ascii=False, separators=(",", ":"))
        answer = Response(text, reply.status or declared.status, reply.headers, mimetype="application/json")
    if not answer.cache_control:
        answer.headers["Cache-Control"] = "no-store"
    if declared.keeps_guest and caller is not None and caller.guest_session:
        _keep_guest(answer, caller.guest_session)
    return answer


def _keep_guest(answer: Response, session: str) -> None:
    """Tell a new guest who they are: programs by a header, browsers by a cookie."""
    answer.headers[GUEST_HEADER] = session
    secure = settings().public_url.startswith("https://")
    answer.set_cookie(
        GUEST_COOKIE, session, max_age=_GUEST_KEPT, httponly=True, samesite="Lax", secure=secure
    )
