"""Operators and their policies. A changed policy is a new version; what was sold keeps the one it was sold under."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from core.kernel.activity import Actor, record
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import Conflict, NotFound, constraint_error
from core.kernel.ids import new_id
from core.timetable.models import Operator, Policy, Schedule
from core.timetable.service import checks, records
from core.trades.catalogue import TRADES

_CHECKS: dict[str, Callable[[Any], Any]] = {
    "code": lambda v: checks.code(v, "code", 40),
    "name": lambda v: checks.text(v, "name", 200),
    "currency": checks.currency,
    "timezone": checks.zone,
    "language": checks.language,
    "reference_prefix": checks.reference_prefix,
    "email": lambda v: checks.matching(v, "email", 200, "email"),
    "phone": lambda v: checks.matching(v, "phone", 40, "phone"),
    "url": lambda v: checks.matching(v, "url", 300, "url"),
    "address": lambda v: checks.optional_text(v, "address", 300),
    "tax_number": lambda v: checks.optional_text(v, "tax_number", 40),
    "webhook_url": lambda v: checks.web_service(v, "webhook_url", 250),
    "webhook_key": lambda v: checks.whole(v, "webhook_key", 1, 32_767),
    "active": lambda v: checks.yes_no(v, "active"),
}
_RANGES = {
    "hold_minutes": (1, 240),
    "extension_minutes": (0, 60),
    "max_extensions": (0, 10),
    "payment_grace_minutes": (0, 30),
    "max_seats": (1, 50),
    "sales_close_minutes": (-1440, 10080),
    "choice_hours": (1, 720),
    "offer_minutes": (5, 2880),
}
_HOURS = {"check_in_opens_hours": (0, 8760), "check_in_closes_hours": (0, 8760), "reminder_hours": (1, 168)}
_WORDS = {
    "choice_default": ("refund", "rebook"),
    "no_show": ("known", "unused", "never"),
    "sms": ("never", "instead", "both"),
}
_CHANNELS = {"web", "api", "counter", "kiosk"}
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\??")


class CodeTaken(Conflict):
    """Codes are how people and feeds name a thing, so each is used once."""

    code = "code_taken"
    message = "This code is used already."


for _name in ("uq_operators_code", "uq_places_code", "uq_routes_operator_id_code", "uq_layouts_code_version",
              "uq_vehicles_operator_id_number"):  # fmt: skip
    constraint_error(_name, CodeTaken)


def create_operator(
    *, code: str, name: str, trade: str, currency: str, timezone: str, actor: Actor, **more: Any
) -> UUID:
    """A new operator with the policy of its trade. Raises RuleBroken `invalid_<field>`, CodeTaken."""
    if trade not in TRADES:
        checks.refuse("trade", f"The trade is one of {', '.join(TRADES)}.")
    given = {"code": code, "name": name, "currency": currency, "timezone": timezone, **more}
    values = {"trade": trade, **_checked(given)}
    with transaction() as session:
        operator_id = records.create(Operator, "operator", values, actor)
        policy = TRADES[trade].policy.as_columns()
        session.execute(insert(Policy).values(id=new_id(), operator_id=operator_id, **policy))
    return operator_id


def change_operator(operator_id: UUID, actor: Actor, **changes: Any) -> None:
    """Change what is given; `active=False` takes its departures off sale. Raises NotFound, RuleBroken, CodeTaken."""
    values = _checked(changes)
    with transaction():
        operator = records.lock(Operator, operator_id, "There is no such operator.")
        if values.get("currency", operator.currency) != operator.currency:
            _require_no_schedules(operator_id)
        records.change(operator, "operator", values, actor, operator_id=operator_id)


def change_policy(operator_id: UUID, actor: Actor, **changes: Any) -> UUID:
    """The next version of an operator's rules, in force for new sales from now on; returns its id.

    Fields are those of `Policy`. Raises NotFound and RuleBroken `invalid_<field>`.
    """
    values = {name: _checked_rule(name, value) for name, value in changes.items()}
    with transaction() as session:
        records.lock(Operator, operator_id, "There is no such operator.")
        active = select(Policy).where(Policy.operator_id == operator_id, Policy.active).with_for_update()
        present = session.execute(active).scalar_one_or_none()
        if present is None:
            raise NotFound("This operator has no rules yet.")
        columns = [
            c.name
            for c in Policy.__table__.columns
            if c.name not in {"id", "version", "active", "created_at"}
        ]
        before = {name: getattr(present, name) for name in columns}
        changed = {name: value for name, value in values.items() if before[name] != value}
        if not changed:
            return present.id
        _check_together({**before, **changed})
        session.execute(update(Policy).where(Policy.id == present.id).values(active=False))
        new = {**before, **changed, "id": new_id(), "version": present.version + 1}
        session.execute(insert(Policy).values(**new))
        record(
            actor, "policy.changed", "policy", new["id"], operator_id=operator_id,
            before={name: before[name] for name in changed}, after=changed,
        )  # fmt: skip
    return UUID(str(new["id"]))


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    checks.known_fields(values, _CHECKS)
    return {name: _CHECKS[name](value) for name, value in values.items()}


def _require_no_schedules(operator_id: UUID) -> None:
    found = select(Schedule.id).where(Schedule.operator_id == operator_id).limit(1)
    if require_transaction().execute(found).first():
        raise Conflict("An operator with departures cannot change its currency.", code="currency_in_use")


def _checked_rule(name: str, value: Any) -> Any:
    if name in _RANGES:
        return checks.whole(value, name, *_RANGES[name])
    if name in _WORDS:
        return (
            value if value in _WORDS[name] else checks.refuse(name, f"This is {' or '.join(_WORDS[name])}.")
        )
    if name in _HOURS:
        return None if value is None else checks.whole(value, name, *_HOURS[name])
    if name == "invoice_by_mail":
        return checks.yes_no(value, name)
    if name == "refund_ladder":
        return _checked_ladder(value)
    if name == "passenger_fields":
        return _checked_fields(value)
    return checks.refuse(name, "There is no such rule.")


def _checked_ladder(value: Any) -> list[dict[str, int]]:
    if not isinstance(value, list) or len(value) > 20:
        checks.refuse("refund_ladder", "This is a list of at most 20 steps.")
    steps = []
    for step in value:
        if not isinstance(step, dict) or not {"hours", "percent"} <= step.keys() <= {
            "hours",
            "percent",
            "fee",
        }:
            checks.refuse("refund_ladder", "A step has hours, per cent and perhaps a fee.")
        steps.append(
            {
                "hours": checks.whole(step["hours"], "refund_ladder", 0, 8760),
                "percent": checks.whole(step["percent"], "refund_ladder", 0, 100),
                "fee": checks.whole(step.get("fee", 0), "refund_ladder", 0, 10**9),
            }
        )
    if [s["hours"] for s in steps] != sorted({s["hours"] for s in steps}, reverse=True):
        checks.refuse("refund_ladder", "Steps go from many hours to few, each once.")
    return steps


def _checked_fields(value: Any) -> dict[str, list[str]]:
    if not isinstance(value, dict) or not value.keys() <= _CHANNELS:
        checks.refuse(
            "passenger_fields", f"This says, for {', '.join(sorted(_CHANNELS))}, what is asked for."
        )
    for names in value.values():
        good = isinstance(names, list) and all(isinstance(n, str) and _FIELD_NAME.fullmatch(n) for n in names)
        if not good or len(names) > 30:
            checks.refuse(
                "passenger_fields", "A field is a small word such as full_name, with ? when optional."
            )
    return value


def _check_together(rules: dict[str, Any]) -> None:
    opens, closes = rules["check_in_opens_hours"], rules["check_in_closes_hours"]
    if (opens is None) != (closes is None) or (opens is not None and opens <= closes):
        checks.refuse("check_in_closes_hours", "Check-in opens before it closes; both or neither are set.")
