"""Planning, changing and cancelling runs."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from core.booking.errors import NotOnSale
from core.booking.reserve import reserve
from core.kernel.activity import ActivityEntry
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.errors import Conflict, DomainError, NotFound, RuleBroken
from core.kernel.outbox import OutboxEvent
from core.timetable import service
from core.timetable.models import Schedule
from tests.support.factories import ACTOR, ALICE, CLERK, Office, make_office

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def office(db_session: object) -> Office:
    return make_office()


def schedule_of(office: Office) -> Schedule:
    db.session.expire_all()
    found = db.session.get(Schedule, office.schedule_id)
    assert found is not None
    return found


def test_a_run_follows_from_its_pattern_and_vehicle(office: Office) -> None:
    leaves = (now() + timedelta(days=3)).replace(microsecond=0)
    made = service.create_schedule(
        pattern_id=office.pattern_id,
        departure_at=leaves,
        vehicle_id=office.vehicle_id,
        actor=CLERK,
        number="7",
    )
    kept = db.session.get(Schedule, made)
    assert kept is not None
    assert (kept.layout_id, kept.operator_id, kept.currency) == (office.layout_id, office.operator_id, "EUR")
    assert kept.arrival_at - leaves == schedule_of(office).arrival_at - schedule_of(office).departure_at
    assert kept.service_date in {leaves.date(), leaves.date() + timedelta(days=1)}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"departure_at": datetime(2001, 1, 1, tzinfo=UTC)}, "invalid_departure_at"),
        ({"departure_at": datetime(2101, 1, 1, tzinfo=UTC)}, "invalid_departure_at"),
        ({"departure_at": datetime(2030, 1, 1)}, "invalid_departure_at"),  # noqa: DTZ001 - naive on purpose
        ({"departure_at": "soon"}, "invalid_departure_at"),
        ({"pattern_id": uuid4()}, "not_found"),
        ({"vehicle_id": uuid4()}, "not_found"),
        ({"vehicle_id": None}, "invalid_layout_id"),
        ({"vehicle_id": None, "layout_id": uuid4()}, "not_found"),
        ({"platform": "x" * 21}, "invalid_platform"),
    ],
)
def test_a_run_that_cannot_be_is_refused(office: Office, change: dict[str, object], error: str) -> None:
    given = {
        "pattern_id": office.pattern_id,
        "departure_at": now() + timedelta(days=1),
        "vehicle_id": office.vehicle_id,
    }
    with pytest.raises(DomainError) as caught:
        service.create_schedule(**{**given, **change}, actor=CLERK)
    assert caught.value.code == error


def test_another_operators_vehicle_cannot_run(office: Office) -> None:
    other = make_office()
    with pytest.raises(RuleBroken) as caught:
        service.change_schedule(office.schedule_id, CLERK, vehicle_id=other.vehicle_id)
    assert caught.value.code == "invalid_vehicle_id"


def test_platform_and_delay_can_be_changed_at_any_time(office: Office) -> None:
    reserve(office.ask(0), ALICE, ACTOR)
    late = schedule_of(office).departure_at + timedelta(minutes=20)
    service.change_schedule(office.schedule_id, CLERK, platform="12", estimated_departure_at=late)
    assert (schedule_of(office).platform, schedule_of(office).estimated_departure_at) == ("12", late)
    service.change_schedule(office.schedule_id, CLERK, estimated_departure_at=None)
    assert schedule_of(office).estimated_departure_at is None


def test_a_delay_of_more_than_a_week_is_a_slip(office: Office) -> None:
    with pytest.raises(RuleBroken):
        service.change_schedule(
            office.schedule_id,
            CLERK,
            estimated_departure_at=schedule_of(office).departure_at + timedelta(days=8),
        )


def test_times_and_seats_change_only_while_nothing_is_held(office: Office) -> None:
    other = service.create_layout(code="other", name="Other", decks=[["SS_SS"]], actor=CLERK)
    later = schedule_of(office).departure_at + timedelta(hours=1)
    service.change_schedule(office.schedule_id, CLERK, departure_at=later, layout_id=other)
    assert (schedule_of(office).departure_at, schedule_of(office).layout_id) == (later, other)
    service.change_schedule(office.schedule_id, CLERK, layout_id=office.layout_id)

    reserve(office.ask(0), ALICE, ACTOR)

    for change in ({"departure_at": later + timedelta(hours=1)}, {"layout_id": other}):
        with pytest.raises(Conflict) as caught:
            service.change_schedule(office.schedule_id, CLERK, **change)
        assert caught.value.code == "schedule_in_use"


def test_cancelling_ends_the_sale_and_says_why(office: Office) -> None:
    service.cancel_schedule(office.schedule_id, CLERK, "  Snow on the pass ")
    with pytest.raises(NotOnSale):
        reserve(office.ask(0), ALICE, ACTOR)
    entry = db.session.execute(
        select(ActivityEntry).where(ActivityEntry.action == "schedule.cancelled")
    ).scalar_one()
    assert (entry.reason, entry.before, entry.after) == (
        "Snow on the pass", {"status": "scheduled"}, {"status": "cancelled"},
    )  # fmt: skip
    told = select(OutboxEvent.payload).where(OutboxEvent.kind == "seats.changed")
    assert {"schedule_id": str(office.schedule_id)} in db.session.execute(told).scalars().all()


def test_cancelling_needs_a_reason_and_happens_once(office: Office) -> None:
    with pytest.raises(RuleBroken):
        service.cancel_schedule(office.schedule_id, CLERK, " ")
    service.cancel_schedule(office.schedule_id, CLERK, "Snow")
    with pytest.raises(Conflict):
        service.cancel_schedule(office.schedule_id, CLERK, "Snow")
    with pytest.raises(NotFound):
        service.cancel_schedule(uuid4(), CLERK, "Snow")


def test_a_run_goes_through_its_statuses_forwards(office: Office) -> None:
    for status in ("boarding", "departed", "arrived", "completed"):
        service.set_status(office.schedule_id, status, CLERK)
        service.set_status(office.schedule_id, status, CLERK)
    assert schedule_of(office).status == "completed"


@pytest.mark.parametrize("status", ["completed", "cancelled", "flying", "", "x" * 500])
def test_statuses_are_not_skipped_or_invented(office: Office, status: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        service.set_status(office.schedule_id, status, CLERK)
    assert caught.value.code == "invalid_status"


def test_generating_seats_counts_them_and_can_be_done_twice(office: Office) -> None:
    assert service.generate_seats(office.schedule_id, CLERK) == len(office.seats)
    assert service.generate_seats(office.schedule_id, CLERK, office.layout_id) == len(office.seats)
    other = service.create_layout(code="other", name="Other", decks=[["SS_SS"]], actor=CLERK)
    assert service.generate_seats(office.schedule_id, CLERK, other) == 4
    assert schedule_of(office).layout_id == other


def test_other_seats_are_refused_once_something_is_held(office: Office) -> None:
    reserve(office.ask(0), ALICE, ACTOR)
    other = service.create_layout(code="other", name="Other", decks=[["SS_SS"]], actor=CLERK)
    with pytest.raises(Conflict):
        service.generate_seats(office.schedule_id, CLERK, other)
    assert schedule_of(office).layout_id == office.layout_id
