"""From what was sent to typed values, or a problem that names the field. Nothing hostile gets past here.

Malformed JSON is 400, another content type 415, a value that does not fit 422 with `field` and `errors`.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from core.kernel.errors import DomainError, Malformed

Model = TypeVar("Model", bound=BaseModel)


class WrongContentType(DomainError):
    """The body is of a kind that is not read here."""

    status = 415
    code = "unsupported_media_type"
    message = "Please send JSON, with the header Content-Type: application/json."


class NotValid(DomainError):
    """A value does not fit. `field` is the first such field, `errors` all of them."""

    status = 422
    code = "validation_failed"
    message = "Please check what was sent."


def parse_body(model: type[Model], raw: bytes, mimetype: str) -> Model:
    """The JSON body as `model`. Raises WrongContentType, Malformed, NotValid."""
    if mimetype != "application/json":
        raise WrongContentType
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise _problem(error) from None


def parse_query(model: type[Model], args: "MultiDict[str, str]") -> Model:
    """The query string as `model`; a parameter that is given twice counts once. Raises NotValid."""
    try:
        return model.model_validate(args.to_dict())
    except ValidationError as error:
        raise _problem(error) from None


def _problem(error: ValidationError) -> DomainError:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    if faults[0]["type"] == "json_invalid":
        return Malformed("The body is not JSON.")
    errors = [{"field": _path(fault["loc"]), "message": _sentence(fault["msg"])} for fault in faults[:20]]
    first = errors[0]
    return NotValid(
        f"{first['field'] or 'The body'}: {first['message']}", field=first["field"], errors=errors
    )


def _path(place: tuple[int | str, ...]) -> str:
    """``passengers.0.seat_id``; what a client invented as a name is shortened."""
    return ".".join(_printable(str(part))[:60] for part in place)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)


def _sentence(message: Any) -> str:
    return str(message).removeprefix("Value error, ")
