"""The kinds of values that fields are made of."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.kernel.words import is_showable


def _one_line(value: str) -> str:
    if not is_showable(value):
        raise ValueError("contains characters that cannot be shown")
    return value


def _storable(value: str) -> str:
    if "\x00" in value:
        raise ValueError("contains characters that cannot be stored")
    return value


#: A line of text for people.
Line = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
#: A name of a thing: a code, a reference, a word to look for.
Word = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_one_line)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(_one_line)]
Password = Annotated[str, Field(max_length=200), AfterValidator(_storable)]
Position = Annotated[int, Field(ge=0, le=32_766, description="Place of a stop in the pattern, from 0.")]


class Input(BaseModel):
    """A body: no other fields, no guessing of types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Query(BaseModel):
    """A query string: text that is turned into the types of the fields; parameters that are not known are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Output(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid")


class Money(Output):
    """An amount in minor units (cents; yen for JPY) of an ISO 4217 currency."""

    amount: int
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Problem(BaseModel):
    """What went wrong (RFC 9457): `code` is for programs and stays the same, `title` is for people."""

    type: str
    title: str
    status: int
    code: str
    field: str | None = None
    errors: list[dict[str, str]] | None = None


class Page(Query):
    """A piece of a list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str | None, Field(max_length=300), AfterValidator(lambda v: v and _one_line(v))] = None


def money(amount: int, currency: str) -> dict[str, Any]:
    """The JSON of an amount."""
    return {"amount": amount, "currency": currency}


def instant(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, as ``2026-03-01T08:15:00+00:00``."""
    return None if moment is None else moment.astimezone(UTC).isoformat()


def text_id(value: UUID | None) -> str | None:
    """The id as text."""
    return None if value is None else str(value)
