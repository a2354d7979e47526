"""Stores a feed's agencies as operators, with the policy and the vehicles that they start with."""

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from babel.core import Locale, UnknownLocaleError, get_global
from babel.numbers import get_territory_currencies
from sqlalchemy import insert, select

from core.kernel.db import require_transaction
from core.kernel.ids import new_id
from core.timetable.gtfs.feed import Agency, Feed
from core.timetable.gtfs.report import NewOperator, Report
from core.timetable.layouts import SeatPlan, plan_for_route_type
from core.timetable.models import Operator, Policy, Vehicle
from core.timetable.rules import fold
from core.timetable.service.plans import shipped_layout
from core.trades.bus import BUS


@dataclass(frozen=True, slots=True)
class StoredOperator:
    """What the schedules of an operator need of it."""

    id: UUID
    currency: str


@dataclass(frozen=True, slots=True)
class StoredVehicle:
    id: UUID
    layout_id: UUID


def slug(text: str, most: int) -> str:
    """Letters, digits and hyphens; a text that does not fit keeps its beginning and gets a mark of its own."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-") or hashlib.sha256(text.encode()).hexdigest()[:8]
    if len(plain) <= most:
        return plain
    return f"{plain[: most - 9].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def scoped_code(feed_code: str, their_id: str, most: int) -> str:
    """Our code for a thing of a feed: the feed's code and the thing's id, exact; hashed when too long."""
    whole = f"{feed_code}:{their_id}"
    if len(whole) <= most:
        return whole
    return f"{whole[: most - 17]}~{hashlib.sha256(their_id.encode()).hexdigest()[:16]}"


def country_of(zone: str) -> str | None:
    """The ISO 3166 country whose time zone this is, None when it is no country's."""
    territory: str | None = get_global("zone_territories").get(zone)
    return territory if territory and re.fullmatch(r"[A-Z]{2}", territory) and territory != "ZZ" else None


def currency_of(zone: str) -> str:
    """The currency of the country whose time zone this is; EUR when there is none."""
    country = country_of(zone)
    found = get_territory_currencies(country) if country else []
    return found[0] if found else "EUR"


def store_operators(
    feed: Feed, feed_code: str, currency: str | None, report: Report
) -> dict[str, StoredOperator]:
    """An operator for every agency with a route, by agency id. What is there already is left as staff have set it."""
    session = require_transaction()
    used = {line.agency_id for line in feed.lines.values()}
    codes = {
        a.id: scoped_code(feed_code, slug(a.id or a.name, 30), 40)
        for a in feed.agencies.values()
        if a.id in used
    }
    known = select(Operator.code, Operator.id, Operator.currency).where(Operator.code.in_(codes.values()))
    stored = {code: StoredOperator(op_id, cur) for code, op_id, cur in session.execute(known)}
    tally = report.tally("operators")
    for agency_id, code in codes.items():
        if code in stored:
            tally.unchanged += 1
            continue
        agency = feed.agencies[agency_id]
        stored[code] = _create(agency, code, currency or feed.currency or currency_of(agency.zone.key))
        report.new_operators.append(NewOperator(stored[code].id, agency.name, stored[code].currency))
        tally.new += 1
    return {agency_id: stored[code] for agency_id, code in codes.items()}


def _create(agency: Agency, code: str, currency: str) -> StoredOperator:
    session = require_transaction()
    operator_id = new_id()
    session.execute(
        insert(Operator).values(
            id=operator_id,
            code=code,
            name=agency.name,
            trade=BUS.code,
            currency=currency,
            timezone=agency.zone.key,
            language=_language(agency.language),
            phone=agency.phone,
            email=agency.email,
            url=agency.url,
        )
    )
    session.execute(insert(Policy).values(id=new_id(), operator_id=operator_id, **BUS.policy.as_columns()))
    return StoredOperator(operator_id, currency)


def _language(tag: str | None) -> str:
    """The language of a tag such as "de" or "pt-BR"; English when there is none that we know."""
    try:
        return str(Locale.parse((tag or "en").replace("-", "_")).language)
    except (ValueError, UnknownLocaleError):
        return "en"


def store_vehicles(
    feed: Feed, operators: dict[str, StoredOperator], report: Report
) -> dict[tuple[UUID, str], StoredVehicle]:
    """A vehicle of each operator for each seat plan its routes need, by (operator, plan code).

    A feed does not say what drives; staff replace the vehicle, or its layout for coming departures.
    """
    wanted: dict[tuple[UUID, str], SeatPlan] = {}
    for line in feed.lines.values():
        plan = plan_for_route_type(line.type)
        wanted[operators[line.agency_id].id, plan.code] = plan
    session = require_transaction()
    known = select(Vehicle.operator_id, Vehicle.number, Vehicle.id, Vehicle.layout_id).where(
        Vehicle.operator_id.in_({operator_id for operator_id, _ in wanted})
    )
    there = {(op, number): StoredVehicle(v, layout) for op, number, v, layout in session.execute(known)}
    found: dict[tuple[UUID, str], StoredVehicle] = {}
    for (operator_id, code), plan in wanted.items():
        vehicle = there.get((operator_id, plan.name))
        report.tally("vehicles").unchanged += vehicle is not None
        report.tally("vehicles").new += vehicle is None
        found[operator_id, code] = vehicle or _create_vehicle(operator_id, plan)
    return found


def _create_vehicle(operator_id: UUID, plan: SeatPlan) -> StoredVehicle:
    vehicle = StoredVehicle(new_id(), shipped_layout(plan))
    require_transaction().execute(
        insert(Vehicle).values(
            id=vehicle.id,
            operator_id=operator_id,
            layout_id=vehicle.layout_id,
            number=plan.name,
            amenities=[],
        )
    )
    return vehicle
