"""Disruptions: a run is called off or late, and its passengers choose."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from core.api.schemas.cancellations import MoneyIn
from core.api.schemas.fields import Input, Line, Money, Output, Query, instant
from core.booking.disruption_queries import Options

Choice = Literal["refund", "rebook", "keep"]
State = Literal["waiting", "due", "done", "failed"]


class DisruptionBody(Input):
    """What happens to the run. `agreed` are the refunds of the preview: when they have changed since, nothing is done."""

    kind: Literal["cancelled", "delayed"]
    delay_minutes: Annotated[int, Field(ge=1, le=10080)] | None = None
    reason: Annotated[Line, Field(max_length=300)]
    agreed: Annotated[list[MoneyIn], Field(max_length=10)] | None = None


class AffectedOut(Output):
    """Whom it would touch now; `refunds` is what goes back if everybody wants their money."""

    schedule_id: UUID
    bookings: int
    passengers: int
    holds: int
    held_seats: int
    checked_in: int
    used_tickets: int
    refunds: list[Money]
    at: datetime


class DisruptionOut(Output):
    """A disruption and how far it is. `counts` has cases by what came of them: waiting, due, failed, refund, rebook, keep."""

    id: UUID
    schedule_id: UUID
    kind: Literal["cancelled", "delayed", "swapped"]
    delay_minutes: int | None
    reason: str
    created_at: datetime
    choose_by: datetime
    default_choice: Choice
    holds_released: int
    cases: int
    done: int
    working: bool
    counts: dict[str, int]
    refunded: list[Money]


class CaseOut(Output):
    """One booking of a disruption; `note` says why something could not be done."""

    id: UUID
    booking_id: UUID
    reference: str
    passengers: int
    state: State
    choice: Choice | None
    chosen_by: str | None
    chosen_at: datetime | None
    refund: Money | None
    to_schedule_id: UUID | None
    note: str | None


class CaseList(Output):
    """Cases in the order of the bookings; go on with `after` = the last one's id."""

    cases: list[CaseOut]


class CaseFilter(Query):
    """Which cases."""

    state: State | None = None
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ChoicesBody(Input):
    """Staff choose for these cases, or for all that are open. Without `to_schedule_id` the nearest departure with seats."""

    choice: Choice
    to_schedule_id: UUID | None = None
    cases: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = None


class Chosen(Output):
    """How many cases were chosen for; the job carries them out one after another."""

    chosen: int


class Proof(Query):
    """The last part of the link in the letter."""

    proof: Annotated[Line, Field(min_length=1, max_length=64)]


class OwnChoiceBody(Input):
    """The passenger's choice, with the last part of the link in the letter."""

    proof: Annotated[Line, Field(min_length=1, max_length=64)]
    choice: Choice
    to_schedule_id: UUID | None = None


class Ride(Output):
    """Another departure of the same stretch with seats for everybody."""

    schedule_id: UUID
    from_position: int
    to_position: int
    number: str | None
    departure_at: datetime
    arrival_at: datetime
    seats_left: int


class OwnChoiceOut(Output):
    """What a passenger may choose from until `choose_by`, and what was chosen."""

    reference: str
    kind: Literal["cancelled", "delayed", "swapped"]
    delay_minutes: int | None
    reason: str
    choose_by: datetime
    default_choice: Choice
    state: State
    choice: Choice | None
    refund: Money
    departures: list[Ride]
    may_keep: bool


def own_choice_json(found: Options) -> dict[str, Any]:
    """The JSON of what a passenger may choose from."""
    about = found.disruption
    return {
        "reference": found.case.reference,
        "kind": about.kind,
        "delay_minutes": about.delay_minutes,
        "reason": about.reason,
        "choose_by": instant(about.choose_by),
        "default_choice": about.default_choice,
        "state": found.case.state,
        "choice": found.case.choice,
        "refund": found.refund.as_json(),
        "departures": [ride.as_json() for ride in found.rides],
        "may_keep": found.may_keep,
    }
