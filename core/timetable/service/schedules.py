"""Dated runs: plan one, change it, cancel it. The schedule is locked before anything is decided about it, so that a
hold in progress is waited for and a new one sees the outcome.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from core.kernel.activity import Actor
from core.kernel.clock import now
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import Conflict, NotFound, RuleBroken
from core.kernel.outbox import publish
from core.timetable.models import Layout, Operator, Pattern, PatternStop, Route, Schedule, Vehicle
from core.timetable.referrers import unreferred
from core.timetable.service import checks, records
from core.timetable.service.vehicles import seat_count
from core.timetable.words import ON_SALE, ScheduleStatus

#: What may follow what. A delay is an estimated time, not a status.
_NEXT: dict[str, tuple[str, ...]] = {
    ScheduleStatus.SCHEDULED: (ScheduleStatus.BOARDING, ScheduleStatus.DEPARTED),
    ScheduleStatus.BOARDING: (ScheduleStatus.SCHEDULED, ScheduleStatus.DEPARTED),
    ScheduleStatus.DEPARTED: (ScheduleStatus.ARRIVED, ScheduleStatus.COMPLETED),
    ScheduleStatus.ARRIVED: (ScheduleStatus.COMPLETED,),
}
_FURTHEST = timedelta(days=3 * 366)
_LONGEST_DELAY = timedelta(days=7)


def create_schedule(
    *, pattern_id: UUID, departure_at: datetime, actor: Actor, vehicle_id: UUID | None = None,
    layout_id: UUID | None = None, number: str | None = None, platform: str | None = None,
) -> UUID:  # fmt: skip
    """Plan a run of a pattern, leaving its first stop at that instant, with the layout of the vehicle unless another is
    given. Raises NotFound, RuleBroken `invalid_departure_at`, `invalid_vehicle_id`, `invalid_layout_id`.
    """
    departure_at = _instant(departure_at, "departure_at")
    values: dict[str, Any] = {
        "number": checks.optional_text(number, "number", 40),
        "platform": checks.optional_text(platform, "platform", 20),
    }
    with transaction() as session:
        present = now()
        if not present < departure_at < present + _FURTHEST:
            checks.refuse("departure_at", "A departure is in the future, at most three years ahead.")
        pattern, operator = _pattern_of(pattern_id)
        vehicle = _vehicle_of(operator.id, vehicle_id)
        last = select(PatternStop.arrival_offset).where(
            PatternStop.pattern_id == pattern_id, PatternStop.position == pattern.legs
        )
        values |= {
            "operator_id": operator.id,
            "route_id": pattern.route_id,
            "pattern_id": pattern_id,
            "vehicle_id": vehicle.id if vehicle else None,
            "layout_id": _layout_of(layout_id or (vehicle.layout_id if vehicle else None)),
            "service_date": departure_at.astimezone(ZoneInfo(operator.timezone)).date(),
            "departure_at": departure_at,
            "arrival_at": departure_at + timedelta(seconds=session.execute(last).scalar_one()),
            "currency": operator.currency,
        }
        return records.create(Schedule, "schedule", values, actor, operator.id)


def change_schedule(schedule_id: UUID, actor: Actor, **changes: Any) -> None:
    """Change `platform`, `number`, `estimated_departure_at` (None: on time), `vehicle_id`, `layout_id` or `departure_at`.

    Departure and layout only while nothing is held or sold. Raises NotFound, RuleBroken, Conflict `schedule_in_use`.
    """
    known = {"platform", "number", "estimated_departure_at", "vehicle_id", "layout_id", "departure_at"}
    checks.known_fields(changes, dict.fromkeys(known))
    with transaction():
        _change(_lock(schedule_id), changes, actor)


def _change(schedule: Any, changes: dict[str, Any], actor: Actor) -> None:
    """Write what differs, and what follows from it: watchers see it, passengers are told of another time or platform."""
    schedule_id, values = schedule.id, _changed_values(schedule, changes)
    differs = {name for name, value in values.items() if value != getattr(schedule, name)}
    if differs & {"layout_id", "departure_at"}:
        _require_unused(schedule_id)
    if not records.change(schedule, "schedule", values, actor, operator_id=schedule.operator_id):
        return
    publish("seats.changed", {"schedule_id": str(schedule_id)})
    if "estimated_departure_at" in differs:
        publish("schedule.delayed", {"schedule_id": str(schedule_id)})
    if "platform" in differs:
        publish("schedule.platform", {"schedule_id": str(schedule_id)})


def delay(schedule_id: UUID, minutes: int, actor: Actor) -> Any:
    """Say, in the open transaction, that a run is so many minutes behind its plan; returns its locked row.

    Raises NotFound, Conflict `not_delayable` when it has left or does not run.
    """
    schedule = _lock(schedule_id)
    if schedule.status not in ON_SALE:
        raise Conflict(f"This run is {schedule.status} and cannot be late any more.", code="not_delayable")
    estimated = schedule.departure_at + timedelta(minutes=minutes)
    _change(schedule, {"estimated_departure_at": estimated}, actor)
    return schedule


def set_status(schedule_id: UUID, status: str, actor: Actor) -> None:
    """The next status of a run. Raises NotFound, RuleBroken `invalid_status` (cancelling is `cancel_schedule`)."""
    with transaction():
        schedule = _lock(schedule_id)
        if status == schedule.status:
            return
        if status not in _NEXT.get(schedule.status, ()):
            checks.refuse("status", f"A run that is {schedule.status} cannot become {str(status)[:20]}.")
        records.change(schedule, "schedule", {"status": str(status)}, actor, operator_id=schedule.operator_id)
        publish("seats.changed", {"schedule_id": str(schedule_id)})


def cancel_schedule(schedule_id: UUID, actor: Actor, reason: str) -> None:
    """Call a run off: nothing of it can be held or paid from now on. What is sold stays sold until it is refunded.

    In two steps, because a stream of holds can keep `FOR UPDATE` waiting for ever: first the status, beside the holds
    in progress, so that no new one begins; then wait for those. When this returns, all that got in can be seen.

    Raises NotFound, RuleBroken `invalid_reason`, Conflict `not_cancellable` when it has left or is cancelled.
    """
    with transaction():
        call_off(schedule_id, actor, reason)
    with transaction():
        wait_for_holds(schedule_id)


def call_off(schedule_id: UUID, actor: Actor, reason: str) -> Any:
    """The first step of `cancel_schedule` in the open transaction; returns the locked row. Raises what that raises."""
    reason = checks.text(reason, "reason", 300)
    schedule = records.lock(Schedule, schedule_id, "There is no such departure.", beside_holds=True)
    if schedule.status not in ON_SALE:
        raise Conflict(f"This run is {schedule.status} and cannot be cancelled.", code="not_cancellable")
    values = {"status": ScheduleStatus.CANCELLED.value}
    more = {"operator_id": schedule.operator_id, "reason": reason, "action": "cancelled"}
    records.change(schedule, "schedule", values, actor, **more)
    publish("seats.changed", {"schedule_id": str(schedule_id)})
    publish("schedule.cancelled", {"schedule_id": str(schedule_id)})
    return schedule


def wait_for_holds(schedule_id: UUID) -> Any:
    """The second step: lock the run alone in the open transaction, and so see all that got in. Raises NotFound."""
    return _lock(schedule_id)


def vehicle_for(operator_id: UUID, vehicle_id: UUID) -> Vehicle:
    """A vehicle that a run of this operator can be given, its layout unchangeable until the end of the open transaction.

    Raises NotFound, RuleBroken `invalid_vehicle_id`.
    """
    vehicle: Vehicle = _vehicle_of(operator_id, vehicle_id)
    require_transaction().execute(
        select(Layout.id).where(Layout.id == vehicle.layout_id).with_for_update(key_share=True, read=True)
    )
    return vehicle


def send_vehicle(schedule_id: UUID, vehicle: Vehicle, reason: str, actor: Actor) -> None:
    """Give a run that is locked alone another vehicle and its layout, in the open transaction. Its seat locks were taken away.

    Raises NotFound.
    """
    schedule = _lock(schedule_id)
    values = {"vehicle_id": vehicle.id, "layout_id": vehicle.layout_id}
    more = {"operator_id": schedule.operator_id, "reason": reason, "action": "vehicle_changed"}
    records.change(schedule, "schedule", values, actor, **more)


def generate_seats(schedule_id: UUID, actor: Actor, layout_id: UUID | None = None) -> int:
    """Pin a layout on a schedule (its own, unless another is given) and return how many seats it has.

    Seats have no row per schedule, so nothing is made, and doing it twice changes nothing. Another layout is refused
    once something is held or sold. Raises NotFound, Conflict `schedule_in_use`.
    """
    with transaction():
        schedule = _lock(schedule_id)
        wanted = _layout_of(layout_id) if layout_id else schedule.layout_id
        if wanted != schedule.layout_id:
            _require_unused(schedule_id)
            records.change(
                schedule, "schedule", {"layout_id": wanted}, actor, operator_id=schedule.operator_id
            )
        return seat_count(wanted)


def _lock(schedule_id: UUID) -> Any:
    return records.lock(Schedule, schedule_id, "There is no such departure.")


def _changed_values(schedule: Any, changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "platform" in changes:
        values["platform"] = checks.optional_text(changes["platform"], "platform", 20)
    if "number" in changes:
        values["number"] = checks.optional_text(changes["number"], "number", 40)
    if changes.get("vehicle_id"):
        vehicle = _vehicle_of(schedule.operator_id, changes["vehicle_id"])
        values |= {"vehicle_id": vehicle.id, "layout_id": vehicle.layout_id}
    elif "vehicle_id" in changes:
        values["vehicle_id"] = None
    if changes.get("layout_id"):
        values["layout_id"] = _layout_of(changes["layout_id"])
    return values | _changed_times(schedule, changes)


def _changed_times(schedule: Any, changes: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if changes.get("departure_at"):
        moment = _instant(changes["departure_at"], "departure_at")
        if not now() < moment < now() + _FURTHEST:
            checks.refuse("departure_at", "A departure is in the future, at most three years ahead.")
        zone = require_transaction().get(Operator, schedule.operator_id)
        values |= {
            "departure_at": moment,
            "arrival_at": moment + (schedule.arrival_at - schedule.departure_at),
            "service_date": moment.astimezone(ZoneInfo(zone.timezone if zone else "UTC")).date(),
        }
    if "estimated_departure_at" in changes:
        estimated = changes["estimated_departure_at"]
        values["estimated_departure_at"] = (
            None if estimated is None else _estimate(schedule, values, estimated)
        )
    return values


def _estimate(schedule: Any, values: dict[str, Any], estimated: Any) -> datetime:
    moment = _instant(estimated, "estimated_departure_at")
    planned = values.get("departure_at", schedule.departure_at)
    if abs(moment - planned) > _LONGEST_DELAY:
        checks.refuse("estimated_departure_at", "That is more than a week away from the planned departure.")
    return moment


def _instant(value: Any, field: str) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None or not 1971 <= value.year <= 2200:
        checks.refuse(field, "This must be a time with its offset, such as 2026-05-01T08:30:00Z.")
    return value.astimezone(UTC)


def _pattern_of(pattern_id: UUID) -> tuple[Pattern, Operator]:
    row = (
        require_transaction()
        .execute(
            select(Pattern, Operator)
            .join(Route, Route.id == Pattern.route_id)
            .join(Operator, Operator.id == Route.operator_id)
            .where(Pattern.id == pattern_id)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound("There is no such pattern.")
    if not row[1].active:
        raise RuleBroken("This operator is no longer active.", code="operator_inactive")
    return row[0], row[1]


def _vehicle_of(operator_id: UUID, vehicle_id: UUID | None) -> Any:
    if vehicle_id is None:
        return None
    vehicle = require_transaction().get(Vehicle, vehicle_id)
    if vehicle is None:
        raise NotFound("There is no such vehicle.")
    if vehicle.operator_id != operator_id or not vehicle.active:
        checks.refuse("vehicle_id", "This vehicle is another operator's or no longer active.")
    return vehicle


def _layout_of(layout_id: UUID | None) -> UUID:
    if layout_id is None:
        checks.refuse("layout_id", "A run needs a vehicle or a layout.")
    found = require_transaction().execute(select(Layout.id).where(Layout.id == layout_id)).scalar()
    if found is None:
        raise NotFound("There is no such layout.")
    return found


def _require_unused(schedule_id: UUID) -> None:
    unused = text(f"SELECT 1 FROM schedules s WHERE s.id = :id AND {unreferred('schedules', 's')}")  # noqa: S608 - from the schema
    if require_transaction().execute(unused, {"id": schedule_id}).first() is None:
        raise Conflict(
            "Seats of this departure are held or sold, so this can no longer be changed. Another vehicle can be sent for it.",
            code="schedule_in_use",
        )
