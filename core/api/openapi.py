"""The OpenAPI 3.1 document, made from the declarations of `core.api.endpoints` and their pydantic models."""

import re
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from core.accounts.rules import PERMISSIONS
from core.api.endpoints import ANYONE, ENDPOINTS, NOBODY_ASKED, SIGNED_IN, Endpoint
from core.api.schemas.fields import Problem

_PART = re.compile(r"<(?:(\w+):)?(\w+)>")
_REF = "#/components/schemas/{model}"
_WORDS = {
    400: "The request cannot be read", 401: "Nobody is signed in, or the token is not good",
    403: "Not allowed", 404: "There is no such thing here", 409: "Somebody was first, or it is too late for this",
    410: "The time has run out", 415: "The body is not JSON", 422: "A value does not fit, or a rule is broken",
    429: "Too many requests; see Retry-After", 503: "Something that this needs does not answer",
}  # fmt: skip
_SECURITY = {
    "user": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "Of POST /users/login."},
    "kiosk": {"type": "http", "scheme": "bearer", "description": "A paired kiosk's device token."},
    "partner": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "guest": {"type": "apiKey", "in": "header", "name": "X-Guest-Session",
              "description": "Given in the header of the same name with a guest's first hold."},
}  # fmt: skip
_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "The same key and body again gives the first answer again; another body is a conflict.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
}  # fmt: skip


@cache
def document(version: str = "1") -> dict[str, Any]:
    """The whole document. `core.api.routes.load` has to have read the resources."""
    shown = [each for each in ENDPOINTS.values() if not each.hidden]
    schemas = _schemas(shown)
    paths: dict[str, dict[str, Any]] = {}
    for each in shown:
        paths.setdefault(_path(each.path), {})[each.method.lower()] = _operation(each, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bookinghall",
            "version": version,
            "description": "The ticket office: search, seats, reservations, payments, bookings, tickets. Times are "
            "ISO 8601 in UTC, money is in minor units, errors are problem+json with a stable `code`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "tags": [{"name": name} for name in dict.fromkeys(each.tag for each in shown)],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": _SECURITY},
    }


def _schemas(shown: list[Endpoint]) -> dict[str, Any]:
    asked = {each.body for each in shown if each.body} | {each.query for each in shown if each.query}
    given = {each.answer for each in shown if each.answer} | {Problem}
    ordered = sorted(asked | given, key=lambda model: model.__name__)
    wanted = [(model, "validation" if model in asked else "serialization") for model in ordered]
    _, definitions = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type]  # pydantic takes the mode as a plain word, too
    found: dict[str, Any] = definitions.get("$defs", {})
    return found


def _path(path: str) -> str:
    return _PART.sub(r"{\2}", path)


def _operation(each: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": each.name.replace(".", "_"),
        "summary": each.summary,
        "tags": [each.tag],
        "parameters": _path_parameters(each.path)
        + _query_parameters(each, schemas)
        + ([_KEY] if each.once else []),
        "responses": _responses(each),
        "x-access": _access(each.access),
    }
    if each.access != NOBODY_ASKED:
        operation["security"] = _security(each.access)
    if each.body:
        content = {"application/json": {"schema": _ref(each.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameters(path: str) -> list[dict[str, Any]]:
    kinds = {"uuid": {"type": "string", "format": "uuid"}}
    return [
        {"name": name, "in": "path", "required": True, "schema": kinds.get(kind, {"type": "string"})}
        for kind, name in _PART.findall(path)
    ]


def _query_parameters(each: Endpoint, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if each.query is None:
        return []
    schema = schemas.pop(each.query.__name__, None) or _query_schema(each.query)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(value)}
        for name, value in schema.get("properties", {}).items()
    ]


def _query_schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(ref_template=_REF)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query string has no null: it is left out."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    plain = {key: value for key, value in schema.items() if key not in {"anyOf", "title"}}
    if plain.get("default", 0) is None:
        del plain["default"]
    return {**plain, **kinds[0]} if len(kinds) == 1 else schema


def _responses(each: Endpoint) -> dict[str, Any]:
    good: dict[str, Any] = {"description": each.summary or "Done"}
    if each.answer:
        good["content"] = {"application/json": {"schema": _ref(each.answer)}}
    elif each.content_type != "application/json":
        good["content"] = {each.content_type: {"schema": {"type": "string"}}}
    answers = {str(each.status): good}
    for status in sorted(_failures(each)):
        content = {"application/problem+json": {"schema": _ref(Problem)}}
        answers[str(status)] = {"description": _WORDS[status], "content": content}
    return answers


def _failures(each: Endpoint) -> set[int]:
    failures = set(each.errors)
    if each.access != NOBODY_ASKED:
        failures |= {401}
    if each.access not in {ANYONE, NOBODY_ASKED, SIGNED_IN} or each.method != "GET":
        failures |= {403}
    if each.body:
        failures |= {400, 415, 422}
    if each.query:
        failures |= {422}
    if each.method != "GET":
        failures |= {400, 409, 422}
    return failures


def _access(access: str) -> list[str]:
    """The roles that may call, for readers of the document."""
    if access in {ANYONE, NOBODY_ASKED}:
        return list(PERMISSIONS)
    if access == SIGNED_IN:
        return ["customer", "gate", "agent", "manager", "admin"]
    return [role for role, granted in PERMISSIONS.items() if access in granted]


def _security(access: str) -> list[dict[str, list[str]]]:
    if access == SIGNED_IN:
        return [{"user": []}]
    known: list[dict[str, list[str]]] = [{"user": []}, {"partner": []}, {"kiosk": []}]
    return [*known, {"guest": []}, {}] if access == ANYONE else known


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}
