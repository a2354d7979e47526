"""Layouts and vehicles."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text

from core.kernel.db import db, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.timetable import service
from core.timetable.layouts import COACH
from core.timetable.models import Layout, Seat, Vehicle
from core.timetable.service.plans import shipped_layout, shipped_layouts
from tests.support.factories import CLERK, make_office

pytestmark = pytest.mark.usefixtures("db_session")


def test_a_drawing_becomes_seats() -> None:
    layout = service.create_layout(code="van", name="Van", decks=[["D_E", "S_L"]], actor=CLERK)
    seats = (
        db.session.execute(select(Seat).where(Seat.layout_id == layout).order_by(Seat.number)).scalars().all()
    )
    assert [(s.number, s.row, s.column, s.features) for s in seats] == [
        ("1", 1, 0, ["window", "aisle", "front"]), ("2", 1, 2, ["legroom", "window", "aisle", "front"]),
    ]  # fmt: skip
    kept = db.session.get(Layout, layout)
    assert kept is not None
    assert {f["kind"] for f in kept.fixtures} == {"driver", "door"}


def test_a_changed_drawing_is_the_next_version() -> None:
    ids = [
        service.create_layout(code="van", name="Van", decks=[[line]], actor=CLERK) for line in ("SS", "SSS")
    ]
    versions = [db.session.get(Layout, i).version for i in ids]
    assert versions == [1, 2]


@pytest.mark.parametrize("decks", [[], [["D"]], [["??"]], [["S" * 101]], [["S"]] * 4, [["S"] * 201]])
def test_a_drawing_that_cannot_be_read_is_refused(decks: list[list[str]]) -> None:
    with pytest.raises(RuleBroken) as caught:
        service.create_layout(code="van", name="Van", decks=decks, actor=CLERK)
    assert caught.value.code == "invalid_decks"
    assert db.session.execute(select(Layout.id)).all() == []


def test_shipped_plans_are_stored_once() -> None:
    with transaction():
        first = shipped_layouts()
        assert shipped_layouts() == first
        assert shipped_layout(COACH) == first["coach-49"]
    assert db.session.execute(text("SELECT count(*) FROM layouts")).scalar_one() == len(first)


def test_the_database_refuses_to_change_a_layout_in_use() -> None:
    office = make_office()
    for statement in (
        "UPDATE seats SET number = 'X' || number",
        "UPDATE layouts SET rows = 9",
        "DELETE FROM seats",
    ):
        with pytest.raises(service.LayoutInUse), transaction() as session:
            session.execute(text(statement))
    service.change_layout(office.layout_id, CLERK, name="Renamed", active=False)


def test_a_vehicle_has_an_active_layout_and_a_number_of_its_own() -> None:
    office = make_office()
    vehicle = service.create_vehicle(
        operator_id=office.operator_id, number="B 100", layout_id=office.layout_id, actor=CLERK, standard="deluxe",
        amenities=["Wi-Fi"],
    )  # fmt: skip
    kept = db.session.get(Vehicle, vehicle)
    assert kept is not None
    assert (kept.standard, kept.amenities) == ("deluxe", ["Wi-Fi"])
    with pytest.raises(service.CodeTaken):
        service.create_vehicle(
            operator_id=office.operator_id, number="B 100", layout_id=office.layout_id, actor=CLERK
        )
    service.change_layout(office.layout_id, CLERK, active=False)
    with pytest.raises(NotFound):
        service.create_vehicle(
            operator_id=office.operator_id, number="B 101", layout_id=office.layout_id, actor=CLERK
        )


@pytest.mark.parametrize(
    "change", [{"standard": "flying"}, {"amenities": "Wi-Fi"}, {"amenities": [""]}, {"number": ""}]
)
def test_what_is_wrong_about_a_vehicle_is_refused(change: dict[str, object]) -> None:
    office = make_office()
    with pytest.raises(RuleBroken):
        service.change_vehicle(office.vehicle_id, CLERK, **change)
    with pytest.raises(NotFound):
        service.change_vehicle(uuid4(), CLERK, number="9")
