"""There and back: the departures of the way back, and both ways held together, all or none."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, jsonify
from pydantic import Field

from core.accounts.boarding import require_boarding, require_later_leg
from core.booking.basket import reserve_basket
from core.booking.errors import BadBasket
from core.inventory.queries import available_counts
from core.kernel.clock import now
from core.kernel.compression import compressed
from core.pricing.queries import price_from
from core.timetable.queries import Departure, ScheduleFacts, StopFacts, departures, schedule_facts, search
from kiosk import device
from kiosk.asked import Asked, body, query
from kiosk.held import hold_json, own_hold
from kiosk.once import done_once
from kiosk.station import platform_words
from kiosk.views.board import departure_json
from kiosk.views.hold import hold_request
from kiosk.views.seats import QuoteAsked
from kiosk.views.site import blueprint

#: How many days the screen offers, the one of the arrival first; and how far the first departure back is looked for.
DAYS = 14
_FAR = timedelta(days=60)
_SHOWN = 200


class WayBackAsked(Asked):
    """The way there, and the day of the way back in the time of where it begins; without one, the first that has any."""

    schedule_id: UUID
    from_position: int = Field(alias="from", ge=0, le=2000)
    to_position: int = Field(alias="to", ge=1, le=2000)
    day: date | None = Field(default=None, alias="date")


class BasketAsked(Asked):
    """The way there, then the way back."""

    legs: tuple[QuoteAsked, ...] = Field(min_length=2, max_length=2)
    language: str = Field(default="en", max_length=10)


@blueprint.get("/api/way-back")
@compressed
def list_ways_back() -> Response:
    """What goes back to where the traveller gets on, on one day, after they have arrived."""
    kiosk, asked = device.require_device(), query(WayBackAsked)
    require_boarding(kiosk, asked.schedule_id, asked.from_position)
    facts = schedule_facts(asked.schedule_id)
    here, there = facts.stop(asked.from_position), facts.stop(asked.to_position)
    earliest = there.arrival_at.astimezone(ZoneInfo(there.timezone)).date()
    day = asked.day or _first_day(facts, here, there) or earliest
    found = [each for each in _on(day, facts, here, there) if _is_sold(each, kiosk.rights.operators)]
    return jsonify(
        now=now().isoformat(),
        timezone=there.timezone,
        date=day.isoformat(),
        days=[(earliest + timedelta(days=n)).isoformat() for n in range(DAYS)],
        departures=_json(found),
    )


@blueprint.post("/api/baskets")
def hold_both_ways() -> Response:
    """Hold the seats of both ways, or none. Raises what a single hold raises, and BadBasket for a way back that leaves before
    one has arrived or begins and ends elsewhere.
    """
    holder, who, kiosk = device.traveller(), device.actor(), device.require_device()
    asked = body(BasketAsked)
    there, back = asked.legs
    require_boarding(kiosk, there.schedule_id, there.from_position)
    require_later_leg(kiosk, back.schedule_id, back.from_position)
    _require_way_back(there, back)

    def work() -> dict[str, Any]:
        requests = [hold_request(leg, asked.language) for leg in asked.legs]
        held = reserve_basket(requests, holder, who)
        return hold_json(own_hold(held.reservations[0].reservation_id))

    return done_once(work, 201)


def _require_way_back(there: QuoteAsked, back: QuoteAsked) -> None:
    out, home = schedule_facts(there.schedule_id), schedule_facts(back.schedule_id)
    arrival, leaves = out.stop(there.to_position), home.stop(back.from_position)
    ends = (home.stop(back.to_position).place_id, out.stop(there.from_position).place_id)
    if arrival.place_id != leaves.place_id or ends[0] != ends[1]:
        raise BadBasket("The way back has to lead from there to here.")
    if leaves.departure_at < arrival.arrival_at:
        raise BadBasket("The way back leaves before one has arrived.")
    if len(there.passengers) != len(back.passengers):
        raise BadBasket("As many have to travel back as there.")


def _first_day(facts: ScheduleFacts, here: StopFacts, there: StopFacts) -> date | None:
    """The first local day on which something goes back, None when nothing does for weeks."""
    hours = int(_FAR.total_seconds() // 3600)
    found = departures(
        there.place_id, after=there.arrival_at, hours=hours, limit=50, destination_id=here.place_id
    )
    going = [each for each in found if _can_follow(each, facts, there.arrival_at)]
    return _local_day(going[0]) if going else None


def _on(day: date, facts: ScheduleFacts, here: StopFacts, there: StopFacts) -> list[Departure]:
    found = search(there.place_id, here.place_id, day, limit=_SHOWN)
    return [each for each in found if _can_follow(each, facts, there.arrival_at)]


def _can_follow(each: Departure, facts: ScheduleFacts, arrival_at: datetime) -> bool:
    """Whether it can be in one basket with the way there."""
    later = each.departure_at >= arrival_at and each.schedule_id != facts.schedule_id
    return later and each.currency == facts.currency and each.status != "cancelled"


def _is_sold(each: Departure, operators: frozenset[UUID]) -> bool:
    return not operators or each.operator_id in operators


def _local_day(each: Departure) -> date:
    return each.departure_at.astimezone(ZoneInfo(each.timezone)).date()


def _json(found: list[Departure]) -> list[dict[str, Any]]:
    moment = now()
    left = available_counts(each.stretch for each in found)
    prices = price_from(each.stretch for each in found)
    words = platform_words(each.operator_id for each in found)
    return [
        departure_json(each, left.get(each.stretch, 0), prices.get(each.stretch), words[each.operator_id], moment)
        for each in found
    ]  # fmt: skip
