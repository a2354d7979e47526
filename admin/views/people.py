"""People: accounts, their roles and stations. Accounts end, they are never deleted."""

from typing import Any, ClassVar
from uuid import UUID

from flask_admin.form import BaseForm
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length, Optional

from admin import access, formats
from admin.base_views import StaffList
from admin.choices import active_choices
from admin.fields import choice, line, lines, place_of, tick
from admin.listing import Column, equals, yes_or_no
from core.accounts import users
from core.accounts.models import Role, User
from core.kernel.db import db
from core.kernel.errors import RuleBroken
from core.timetable.models import Place

_ROLES = (Role.CUSTOMER, Role.AGENT, Role.GATE, Role.MANAGER, Role.ADMIN)


def _roles() -> list[tuple[str, str]]:
    return [(role.value, formats.words(role.value)) for role in _ROLES]


def _password(label: Any, *checks: Any, help: Any = "") -> PasswordField:
    rules = [*checks, Length(max=200)]
    return PasswordField(
        label, rules, description=help, render_kw={"autocomplete": "new-password", "maxlength": 200}
    )


_STATIONS = _l("One a line, as Name (CODE). Empty means all stations.")


class NewPersonForm(BaseForm):
    name = line(_l("Name"), 200)
    email = line(_l("E-mail"), 254)
    role = choice(_l("Role"), _roles)
    phone = line(_l("Phone"), 30, required=False)
    password = _password(
        _l("First password"), InputRequired(_l("Please fill this in.")), help=_l("At least ten characters.")
    )
    stations = lines(_l("Stations"), 2000, required=False, help=_STATIONS)


class PersonForm(BaseForm):
    name = line(_l("Name"), 200)
    email = line(_l("E-mail"), 254)
    role = choice(_l("Role"), _roles)
    phone = line(_l("Phone"), 30, required=False)
    password = _password(
        _l("New password"),
        Optional(),
        help=_l("Empty keeps the present one. A new one signs the person out everywhere."),
    )
    active = tick(_l("May sign in"))
    stations = lines(_l("Stations"), 2000, required=False, help=_STATIONS)


class People(StaffList):
    """Accounts by name."""

    permission = "users.read"
    edit_permission = "users.manage"
    can_create = True
    can_edit = True
    new_label = _l("Add a person")
    search_label = _l("Name or e-mail")
    order = (User.name, User.id)
    columns: ClassVar = [
        Column("name", _l("Name"), lambda u: u.name),
        Column("email", _l("E-mail"), lambda u: u.email),
        Column("role", _l("Role"), lambda u: formats.words(u.role)),
        Column("active", _l("Account"), lambda u: formats.state("active" if u.active else "inactive")),
        Column("seen", _l("Last sign-in"), lambda u: formats.when(u.last_sign_in_at)),
    ]
    filters: ClassVar = [
        equals("role", _l("Role"), User.role, _roles),
        yes_or_no("active", _l("Account"), User.active, active_choices),
    ]

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        return statement.where(
            User.name.icontains(text, autoescape=True) | User.email.icontains(text, autoescape=True)
        )

    def form_title(self, person: Any) -> str:
        return str(person.name)

    def get_create_form(self) -> Any:
        return NewPersonForm

    def get_edit_form(self) -> Any:
        return PersonForm

    def on_form_prefill(self, form: Any, id: Any) -> None:
        if not form.errors:
            found = db.session.scalars(
                select(Place).where(Place.id.in_(users.stations_of(UUID(id)))).order_by(Place.name)
            )
            form.stations.data = "\n".join(f"{place.name} ({place.code})" for place in found)

    def create(self, form: Any) -> Any:
        stations = stations_of_text(form.stations.data)
        return users.create(
            form.email.data, form.name.data, form.password.data, access.actor(), role=form.role.data,
            phone=form.phone.data, stations=stations,
        )  # fmt: skip

    def save(self, form: Any, model: Any) -> Any:
        changes: dict[str, Any] = {}
        for name in ("name", "email", "role", "active"):
            if getattr(model, name) != form[name].data:
                changes[name] = form[name].data
        if (model.phone or "") != (form.phone.data or ""):
            changes["phone"] = form.phone.data or ""
        if form.password.data:
            changes["password"] = form.password.data
        stations = stations_of_text(form.stations.data)
        if set(stations) != set(users.stations_of(model.id)):
            changes["stations"] = stations
        if changes:
            users.change(model.id, access.actor(), **changes)
        return True


def stations_of_text(text: str | None) -> list[UUID]:
    """The places that the lines name. Raises RuleBroken naming the first line that means none."""
    found = []
    for each in (text or "").splitlines():
        if not each.strip():
            continue
        place = place_of(each)
        if place is None:
            raise RuleBroken(f"There is no place “{each.strip()[:80]}”.", field="stations")
        found.append(place)
    return found
