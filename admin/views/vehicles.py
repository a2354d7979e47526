"""Vehicles, and the seat plans that they carry."""

from typing import Any, ClassVar
from uuid import UUID

from flask import url_for
from flask_admin import expose
from flask_admin.form import BaseForm
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from admin import access
from admin.base_views import StaffList
from admin.choices import active_choices, active_operator_choices, layout_choices, operator_choices
from admin.fields import choice, line, tick
from admin.formats import state, words
from admin.listing import Column, as_uuid, references, yes_or_no
from core.inventory.plans import Plan, PlanSeat
from core.inventory.states import SeatMap, with_state
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.timetable.models import Layout, Schedule, Seat, Vehicle
from core.timetable.service import vehicles
from core.trades.catalogue import TRADES


def _standards() -> list[tuple[str, str]]:
    found = dict.fromkeys(name for trade in TRADES.values() for name in trade.vehicle_standards)
    return [(name, words(name)) for name in found]


class VehicleForm(BaseForm):
    operator = choice(_l("Operator"), active_operator_choices)
    number = line(_l("Number"), 40)
    layout = choice(_l("Seat layout"), layout_choices, help=_l("Counts for departures planned from now on."))
    standard = choice(_l("Standard"), _standards)
    maker = line(_l("Maker"), 80, required=False)
    amenities = line(
        _l("Amenities"),
        400,
        required=False,
        wide=True,
        help=_l("Separated by commas: wifi, toilet, sockets."),
    )


class VehicleEditForm(VehicleForm):
    operator = None
    active = tick(_l("In use"))


class Vehicles(StaffList):
    """Buses, aircraft and cinema screens."""

    permission = "timetable.edit"
    edit_permission = "timetable.edit"
    can_create = True
    can_edit = True
    new_label = _l("Add a vehicle")
    search_label = _l("Number")
    order = (Vehicle.number, Vehicle.id)
    columns: ClassVar = [
        Column("number", _l("Number"), lambda v: v.number),
        Column("operator", _l("Operator"), lambda v: v.operator.name),
        Column("layout", _l("Seat layout"), lambda v: str(v.layout)),
        Column("standard", _l("Standard"), lambda v: words(v.standard)),
        Column("amenities", _l("Amenities"), lambda v: ", ".join(v.amenities) or "–"),
        Column("active", _l("In use"), lambda v: state("active" if v.active else "inactive")),
    ]
    filters: ClassVar = [
        references("operator", _l("Operator"), Vehicle.operator_id, operator_choices),
        yes_or_no("active", _l("In use"), Vehicle.active, active_choices),
    ]

    def rows(self) -> Select[Any]:
        return select(Vehicle).options(joinedload(Vehicle.operator), joinedload(Vehicle.layout))

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        return statement.where(Vehicle.number.icontains(text, autoescape=True))

    def form_title(self, vehicle: Any) -> str:
        return str(vehicle.number)

    def get_create_form(self) -> Any:
        return VehicleForm

    def get_edit_form(self) -> Any:
        return VehicleEditForm

    def on_form_prefill(self, form: Any, id: Any) -> None:
        if not form.errors:
            vehicle = self.get_one(id)
            form.layout.data = str(vehicle.layout_id)
            form.amenities.data = ", ".join(vehicle.amenities)

    def create(self, form: Any) -> Any:
        return vehicles.create_vehicle(
            operator_id=UUID(form.operator.data), actor=access.actor(), **_values(form)
        )

    def save(self, form: Any, model: Any) -> None:
        values = _values(form)
        if values["layout_id"] == model.layout_id:
            values.pop("layout_id")  # a layout that is no longer offered may stay where it is
        vehicles.change_vehicle(model.id, access.actor(), **values, active=form.active.data)


def _values(form: Any) -> dict[str, Any]:
    amenities = [word.strip() for word in (form.amenities.data or "").split(",") if word.strip()]
    return {
        "number": form.number.data,
        "layout_id": as_uuid(form.layout.data),
        "standard": form.standard.data,
        "maker": form.maker.data or None,
        "amenities": amenities,
    }


class LayoutForm(BaseForm):
    name = line(_l("Name"), 120, wide=True)
    active = tick(_l("Offered for vehicles"))


class Layouts(StaffList):
    """Seat plans. A plan that was used never changes: an edit is a new version."""

    permission = "timetable.edit"
    edit_permission = "timetable.edit"
    can_edit = True
    lead = _l("A seat plan that was used never changes: another plan is a new version.")
    search_label = _l("Name or code")
    order = (Layout.name, Layout.version.desc())
    columns: ClassVar = [
        Column("name", _l("Name"), lambda found: found.name),
        Column("version", _l("Version"), lambda found: found.version, align="r"),
        Column("code", _l("Code"), lambda found: found.code),
        Column("seats", _l("Seats"), lambda found: found.seat_count, align="r"),
        Column("grid", _l("Rows and columns"), lambda found: f"{found.rows} × {found.columns}"),
        Column("active", _l("Offered"), lambda found: state("active" if found.active else "inactive")),
    ]
    filters: ClassVar = [yes_or_no("active", _l("Offered"), Layout.active, active_choices)]

    def find(self, args: Any) -> tuple[list[Any], bool]:
        rows, more = super().find(args)
        counted = (
            select(Seat.layout_id, func.count())
            .where(Seat.layout_id.in_([row.id for row in rows]))
            .group_by(Seat.layout_id)
        )
        counts: dict[Any, int] = {row[0]: row[1] for row in db.session.execute(counted)}
        for row in rows:
            row.seat_count = counts.get(row.id, 0)
        return rows, more

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        return statement.where(Layout.name.icontains(text, autoescape=True) | (Layout.code == text))

    def row_url(self, row: Any) -> str | None:
        return url_for("layouts.show", layout_id=row.id)

    def form_title(self, layout: Any) -> str:
        return str(layout)

    def get_edit_form(self) -> Any:
        return LayoutForm

    def save(self, form: Any, model: Any) -> None:
        vehicles.change_layout(model.id, access.actor(), name=form.name.data, active=form.active.data)

    @expose("/<layout_id>/")
    def show(self, layout_id: str) -> str:
        """The plan as a picture, its seats by type and feature."""
        layout = self.get_one(layout_id)
        if layout is None:
            raise NotFound
        seats = list(layout.seats)
        kinds: dict[str, int] = {}
        for seat in seats:
            for name in (seat.type, *seat.features):
                kinds[name] = kinds.get(name, 0) + 1
        used = (
            db.session.scalar(select(Schedule.id).where(Schedule.layout_id == layout.id).limit(1)) is not None
        )
        return str(
            self.render(
                "admin/layout.html", layout=layout, plan=picture(layout, seats), kinds=kinds, used=used
            )
        )


def picture(layout: Layout, seats: list[Seat]) -> dict[str, Any]:
    """What the seat map's script draws, with every seat free."""
    drawn = [PlanSeat(s.id, s.number, s.deck, s.row, s.column, s.type, tuple(s.features)) for s in seats]
    plan = Plan(
        layout.id,
        layout.name,
        layout.rows,
        layout.columns,
        layout.decks,
        tuple(layout.fixtures),
        tuple(drawn),
        {},
    )
    shown = SeatMap(layout.id, 0, 1, plan, tuple(with_state(s, "available", None) for s in drawn)).as_json()
    for seat in shown["seats"]:
        seat["claims"] = []
    shown["counts"] = {}
    return shown
