"""What a kiosk's agent and the office say to each other."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from core.api.schemas.fields import Input, Line, Output, Word

Said = Annotated[dict[str, Any], Field(max_length=20)]


class HelloBody(Input):
    """`devices`: what the agent has drivers for, by name; `state`: how each is."""

    version: Line = ""
    devices: Said
    state: Said


class WelcomeOut(Output):
    """`last_event` is the number of the last event that is recorded: the next one follows it."""

    kiosk: str
    last_event: int
    now: datetime


class TakeBody(Input):
    """`wait`: how many seconds to wait for something to do; `known`: what was taken before and has not ended."""

    wait: Annotated[int, Field(ge=0, le=20)] = 0
    known: Annotated[list[Annotated[UUID, Field(strict=False)]], Field(max_length=500)] = []  # noqa: RUF012 - pydantic copies it


class CommandOut(Output):
    """`seconds` is how long it may still be begun; one below 0 that was begun is carried on."""

    id: UUID
    device: str
    kind: str
    data: dict[str, Any]
    seconds: float


class CommandsOut(Output):
    """In the order in which they were given."""

    commands: list[CommandOut]


class EventIn(Input):
    """Events are numbered from 1 without gaps; one that is known is passed over."""

    number: Annotated[int, Field(ge=1, le=2**53)]
    kind: Annotated[Word, Field(max_length=30)]
    command_id: Annotated[UUID | None, Field(strict=False)] = None
    data: Said = {}  # noqa: RUF012 - pydantic copies it
    at: Annotated[datetime | None, Field(strict=False)] = None


class EventsBody(Input):
    """Up to a hundred at a time."""

    events: Annotated[list[EventIn], Field(min_length=1, max_length=100)]


class EventsOut(Output):
    """`last_event` is known here: it and those before need not be sent again."""

    last_event: int
