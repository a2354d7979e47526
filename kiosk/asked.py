"""Reading what the page sends: typed, bounded, refused with the field that is wrong."""

from typing import TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError

from core.kernel.errors import Malformed


class Asked(BaseModel):
    """A request's body. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


T = TypeVar("T", bound=Asked)


def body(kind: type[T]) -> T:
    """The request's JSON as `kind`. Raises Malformed with `field`."""
    return _read(kind, request.get_json(silent=True))


def query(kind: type[T]) -> T:
    """The words after the question mark as `kind`. Raises Malformed with `field`."""
    return _read(kind, {name: value for name, value in request.args.items() if value != ""})


def _read(kind: type[T], values: object) -> T:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "body"
        raise Malformed(f"{field}: {first['msg']}", field=field) from None
