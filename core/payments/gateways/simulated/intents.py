"""Beginning a payment at the simulated gateway: the one question that every sale asks.

It is answered before Flask is asked: the gateway stands in for a service on machines of its own, so what it takes from
the office's machine should be little.
"""

import hmac
import json
import socket
import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.payments.gateways.simulated.behaviours import BEHAVIOURS, chosen
from core.payments.gateways.simulated.shop import Shop
from core.payments.words import Method

LONGEST_BODY = 64 * 1024

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]
_Said = tuple[str, dict[str, Any]]


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(c.isspace() for c in value):
        raise ValueError("must be a web address")
    return value


WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_web_address)]


class Amount(BaseModel):
    """Minor units and their currency."""

    model_config = ConfigDict(extra="forbid", strict=True)

    amount: int = Field(ge=0, lt=2**53)
    currency: str = Field(pattern="^[A-Z]{3}$")


class _Intent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    payment_id: UUID
    amount: Amount
    method: Method
    description: str = Field(max_length=300)
    return_url: WebAddress | None = None
    merchant_url: WebAddress
    callback_url: WebAddress
    language: str = Field(default="en", pattern="^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*$", max_length=20)
    in_person: bool = False
    behaviour: str | None = None

    @model_validator(mode="after")
    def _leads_home(self) -> "_Intent":
        if self.behaviour is not None and self.behaviour not in BEHAVIOURS:
            raise ValueError(f"behaviour must be one of {', '.join(BEHAVIOURS)}")
        if self.return_url and not is_under(self.return_url, self.merchant_url):
            raise ValueError("return_url must be an address of the merchant")
        return self


def is_under(address: str, base: str) -> bool:
    """Whether the address is one of the site at `base`: same scheme, host and port, path at or below its path."""
    there, home = urlsplit(address), urlsplit(base)
    path = home.path.rstrip("/")
    return (
        (there.scheme, there.netloc) == (home.scheme, home.netloc)
        and (there.path == path or there.path.startswith(path + "/"))
        and "\\" not in address
    )


def is_the_office(secret: str, authorization: str) -> bool:
    """Whether the header `Authorization` holds the shared secret."""
    return hmac.compare_digest(authorization.encode(), f"Bearer {secret}".encode())


def intents_first(inner: Wsgi, shop: Shop) -> Wsgi:
    """Answer `POST /intents` here and leave everything else to the application."""

    def serve(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/intents" or environ["REQUEST_METHOD"] != "POST":
            return inner(environ, start_response)
        status, answer = _create(shop, environ)
        body = json.dumps(answer).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]

    return serve


def _create(shop: Shop, environ: Environ) -> _Said:
    """Begin a payment, or give the one that was begun with this payment id."""
    if not is_the_office(shop.secret, environ.get("HTTP_AUTHORIZATION", "")):
        return "401 Unauthorized", refusal("unauthenticated", "The shared secret is missing or wrong.")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > LONGEST_BODY:
        return "413 Content Too Large", refusal("malformed", "The request is too long.")
    try:
        wanted = _Intent.model_validate_json(environ["wsgi.input"].read(length))
    except ValidationError as error:
        return "422 Unprocessable Content", refusal("malformed", first_fault(error))
    return _begin(shop, wanted, environ)


def _begin(shop: Shop, wanted: _Intent, environ: Environ) -> _Said:
    name = chosen(wanted.behaviour, shop.usual, in_person=wanted.in_person, method=wanted.method)
    behaviour = BEHAVIOURS[name]
    intent, is_new = shop.store.create(_columns(wanted, name), behaviour)
    if (intent["amount"], intent["currency"]) != (wanted.amount.amount, wanted.amount.currency):
        reused = "This payment was begun with another amount."
        return "422 Unprocessable Content", refusal("payment_id_reused", reused)
    if is_new:
        shop.delivery.wake()
        if behaviour.answer_lost:
            break_connection(environ)
    time.sleep(behaviour.answer_after * shop.store.pace)
    return "200 OK", intent_json(shop, intent)


def _columns(wanted: _Intent, behaviour: str) -> dict[str, Any]:
    return {
        "payment_id": str(wanted.payment_id),
        "amount": wanted.amount.amount,
        "currency": wanted.amount.currency,
        "method": wanted.method.value,
        "description": wanted.description,
        "return_url": wanted.return_url,
        "callback_url": wanted.callback_url,
        "language": wanted.language,
        "behaviour": behaviour,
    }


def intent_json(shop: Shop, row: sqlite3.Row) -> dict[str, Any]:
    """What the office is told of a payment."""
    page = BEHAVIOURS[row["behaviour"]].page
    return {
        "reference": row["reference"],
        "payment_id": row["payment_id"],
        "amount": {"amount": row["amount"], "currency": row["currency"]},
        "status": row["status"],
        "failure": row["failure"],
        "pay_url": f"{shop.url}/pay/{row['reference']}" if page else None,
    }


def refusal(code: str, message: str) -> dict[str, Any]:
    """What the office is told when it is refused."""
    return {"code": code, "message": message}


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong with a request."""
    fault = error.errors()[0]
    return f"{'.'.join(str(part) for part in fault['loc']) or 'The request'}: {fault['msg']}"


def break_connection(environ: Environ) -> None:
    """As when a cable is pulled: what was asked for is done, but the answer does not arrive."""
    line: socket.socket | None = environ.get("gunicorn.socket")
    if line is not None:
        line.shutdown(socket.SHUT_RDWR)
