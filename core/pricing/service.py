"""Setting prices: the tariff of an operator, fixed fares, seat charges, what passenger types pay. Each change is logged
with before and after. What is held or sold keeps its frozen quote.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from core.kernel.activity import Actor, record
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id
from core.pricing.models import Fare, PassengerFare, SeatCharge, Tariff
from core.timetable.models import Operator, Place, Route

#: A million of the largest unit is more than any journey costs, in any currency.
_MOST = 10**9


@dataclass(frozen=True, slots=True)
class TariffTerms:
    """Minor units of the operator's currency; `per_km` is for each kilometre, `tax_per_mille` is contained."""

    base: int
    per_km: int
    minimum: int = 0
    round_to: int = 1
    booking_fee: int = 0
    tax_per_mille: int = 0


def set_tariff(operator_id: UUID, terms: TariffTerms, actor: Actor) -> None:
    """Give an operator its tariff. Raises RuleBroken `bad_price` (with `field`) and NotFound."""
    values = asdict(terms)
    for name, value in values.items():
        low, most = (1 if name == "round_to" else 0), (500 if name == "tax_per_mille" else _MOST)
        if not low <= value <= most:
            raise RuleBroken(f"{name} must be between {low} and {most}.", code="bad_price", field=name)
    with transaction():
        _require(Operator, operator_id, "There is no such operator.")
        _write(Tariff, {"operator_id": operator_id}, values, ("tariff", operator_id), operator_id, actor)


def set_seat_charge(operator_id: UUID, subject: str, amount: int | None, actor: Actor) -> None:
    """What a seat type or feature costs more (or less); None takes the charge away."""
    _check_amount(amount, -_MOST)
    if not subject or len(subject) > 20:
        raise RuleBroken("Name the seat type or feature.", code="bad_price", field="subject")
    with transaction():
        _require(Operator, operator_id, "There is no such operator.")
        key = {"operator_id": operator_id, "subject": subject}
        values = None if amount is None else {"amount": amount}
        _write(SeatCharge, key, values, ("seat_charge", f"{operator_id}:{subject}"), operator_id, actor)


def set_passenger_fare(operator_id: UUID, passenger_type: str, percent: int | None, actor: Actor) -> None:
    """What part of the fare a passenger type pays, 0 to 100 per cent; None means all of it again."""
    if percent is not None and not 0 <= percent <= 100:
        raise RuleBroken("The part of the fare is 0 to 100 per cent.", code="bad_price", field="percent")
    if not passenger_type or len(passenger_type) > 20:
        raise RuleBroken("Name the passenger type.", code="bad_price", field="passenger_type")
    with transaction():
        _require(Operator, operator_id, "There is no such operator.")
        key = {"operator_id": operator_id, "passenger_type": passenger_type}
        values = None if percent is None else {"percent": percent}
        subject = f"{operator_id}:{passenger_type}"
        _write(PassengerFare, key, values, ("passenger_fare", subject), operator_id, actor)


def set_fare(route_id: UUID, origin_id: UUID, destination_id: UUID, amount: int | None, actor: Actor) -> None:
    """A fixed price of a route between two places, in that direction; None leaves it to the tariff again."""
    _check_amount(amount, 0)
    if origin_id == destination_id:
        raise RuleBroken("A fare is between two places.", code="bad_price", field="destination_id")
    with transaction():
        operator_id = _require(Route, route_id, "There is no such route.").operator_id
        for place_id in (origin_id, destination_id):
            _require(Place, place_id, "There is no such place.")
        key = {"route_id": route_id, "origin_id": origin_id, "destination_id": destination_id}
        values = None if amount is None else {"amount": amount}
        subject = f"{route_id}:{origin_id}:{destination_id}"[:80]
        _write(Fare, key, values, ("fare", subject), operator_id, actor)


def _check_amount(amount: int | None, least: int) -> None:
    if amount is not None and not least <= amount <= _MOST:
        raise RuleBroken("This amount is too large or too small.", code="bad_price", field="amount")


def _require(model: type[Any], key: UUID, sentence: str) -> Any:
    found = require_transaction().get(model, key)
    if found is None:
        raise NotFound(sentence)
    return found


def _write(
    model: type[Any],
    key: Mapping[str, Any],
    values: Mapping[str, Any] | None,
    thing: tuple[str, object],
    operator_id: UUID,
    actor: Actor,
) -> None:
    """Insert, change or (None) remove the row of a key, and log it under the kind and subject of `thing`."""
    kind, subject = thing
    session, table = require_transaction(), model.__table__
    here = [table.c[name] == value for name, value in key.items()]
    row = (
        session.execute(select(*_value_columns(table, key)).where(*here).with_for_update())
        .mappings()
        .one_or_none()
    )
    before = dict(row) if row is not None else None
    after = dict(values) if values is not None else None
    if before == after:
        return
    if after is None:
        session.execute(delete(table).where(*here))
    elif "id" in table.c:
        statement = upsert(table).values(id=new_id(), **key, **after)
        session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=after))
    else:
        statement = upsert(table).values(**key, **after)
        session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=after))
    action = f"{kind}.{'created' if before is None else 'removed' if after is None else 'changed'}"
    record(actor, action, kind, str(subject)[:80], operator_id=operator_id, before=before, after=after)


def _value_columns(table: Table, key: Mapping[str, Any]) -> list[Any]:
    return [column for column in table.c if column.name not in key and column.name != "id"]
