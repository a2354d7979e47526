"""Prices: an operator's tariff, seat charges and passenger types on one page, fixed fares as a list."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from flask import request, url_for
from flask_admin import expose
from flask_admin.form import BaseForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from wtforms.validators import ValidationError

from admin import access
from admin.base_views import StaffList, attempt, attempted, done
from admin.choices import operator_choices, route_choices
from admin.fields import (
    amount_field,
    choice,
    kept_text,
    line,
    major,
    one_line,
    place_field,
    place_of,
    read_amount,
    whole,
)
from admin.formats import money, words
from admin.listing import Column, Filter, as_uuid, references
from admin.operator_pages import OperatorPages, operator_of
from core.kernel.db import db
from core.kernel.errors import DomainError, NotFound, RuleBroken
from core.pricing import service
from core.pricing.models import Fare, PassengerFare, SeatCharge, Tariff
from core.timetable.models import Operator, Route
from core.trades.catalogue import trade_of

_AMOUNTS = ("base", "per_km", "minimum", "booking_fee")
#: Seat features that usually cost something, offered beside the trade's seat types.
_FEATURES = ("window", "aisle", "legroom", "table", "front")


class TariffForm(BaseForm):
    base = amount_field(_l("To get on"))
    per_km = amount_field(_l("For each kilometre"))
    minimum = amount_field(_l("At least"))
    booking_fee = amount_field(_l("Booking fee a seat"))
    round_to = amount_field(_l("Rounded up to a multiple of"))
    tax_per_mille = whole(_l("Tax in it, per mille"), 0, 500, help=_l("90 means 9 per cent."))


class Prices(OperatorPages):
    """One page an operator."""

    permission = "timetable.edit"
    template = "admin/prices.html"
    lead = _l("What is held or sold keeps the price it was offered at.")

    @expose("/<operator_id>/", methods=("GET", "POST"))
    def operator(self, operator_id: str) -> Any:
        """Tariff as a form; the other prices each have their own."""
        operator = operator_of(operator_id)
        tariff = db.session.get(Tariff, operator.id)
        form = (
            TariffForm(request.form) if request.method == "POST" else tariff_form(tariff, operator.currency)
        )
        if request.method == "POST" and form.validate() and save_tariff(form, operator):
            return done(_("The tariff is saved."), url_for("prices.operator", operator_id=operator.id))
        trade = trade_of(operator.trade)
        charges = db.session.scalars(
            select(SeatCharge).where(SeatCharge.operator_id == operator.id).order_by(SeatCharge.subject)
        )
        shares = db.session.scalars(
            select(PassengerFare)
            .where(PassengerFare.operator_id == operator.id)
            .order_by(PassengerFare.passenger_type)
        )
        return self.render(
            "admin/prices.html",
            operator=operator,
            operators=operator_choices(),
            form=form,
            missing=tariff is None,
            charges=list(charges),
            shares=list(shares),
            subjects=[(name, words(name)) for name in (*trade.seat_types, *_FEATURES)],
            types=[(name, words(name)) for name in trade.passenger_types],
        )

    @expose("/<operator_id>/seat-charge", methods=("POST",))
    def seat_charge(self, operator_id: str) -> Any:
        """Set, or with no amount take away, what a seat type or feature costs more."""
        operator = operator_of(operator_id)

        def deed() -> None:
            value = _optional_amount(request.form.get("amount"), operator.currency, negative=True)
            service.set_seat_charge(operator.id, kept_text("subject", 40), value, access.actor())

        return attempted(
            _("The seat charge is saved."), url_for("prices.operator", operator_id=operator_id), deed
        )

    @expose("/<operator_id>/passenger-fare", methods=("POST",))
    def passenger_fare(self, operator_id: str) -> Any:
        """Set, or with nothing given take away, what part of the fare a passenger type pays."""
        operator, kind = operator_of(operator_id), one_line(request.form.get("passenger_type")) or ""

        def deed() -> None:
            given = (request.form.get("percent") or "").strip()
            if given and not (given.isascii() and given.isdigit() and len(given) <= 3):
                raise RuleBroken(_("The part of the fare is 0 to 100 per cent."))
            service.set_passenger_fare(operator.id, kind, int(given) if given else None, access.actor())

        return attempted(
            _("The part of the fare is saved."), url_for("prices.operator", operator_id=operator_id), deed
        )


def tariff_form(tariff: Tariff | None, currency: str) -> TariffForm:
    """The form with what is in force, in major units."""
    if tariff is None:
        return TariffForm(
            data={"round_to": major(1, currency), "minimum": "0", "booking_fee": "0", "tax_per_mille": 0}
        )
    shown: dict[str, Any] = {name: major(getattr(tariff, name), currency) for name in (*_AMOUNTS, "round_to")}
    return TariffForm(data={**shown, "tax_per_mille": tariff.tax_per_mille})


def save_tariff(form: TariffForm, operator: Operator) -> bool:
    """Hand the tariff to its service; False when a field was wrong."""
    values: dict[str, int] = {}
    for name in (*_AMOUNTS, "round_to"):
        try:
            values[name] = form[name].in_minor(operator.currency)
        except ValidationError as error:
            form[name].errors = [str(error)]
            return False
    terms = service.TariffTerms(**values, tax_per_mille=form.tax_per_mille.data)
    operator_id, who = operator.id, access.actor()
    return attempt(form, lambda: service.set_tariff(operator_id, terms, who)) is not False


def _optional_amount(given: str | None, currency: str, *, negative: bool = False) -> int | None:
    """Minor units, or None for nothing given. Raises RuleBroken."""
    plain = one_line(given) or ""
    return _in_words(lambda: read_amount(plain, currency, negative=negative)) if plain else None


def _in_words(read: Callable[[], int]) -> int:
    try:
        return read()
    except ValidationError as error:
        raise RuleBroken(str(error), field="amount") from None


class FareForm(BaseForm):
    route = choice(_l("Route"), route_choices, wide=True)
    origin = place_field(_l("From"))
    destination = place_field(_l("To"))
    amount = amount_field(_l("Price"))


class FareEditForm(BaseForm):
    amount = line(
        _l("Price"), 20, required=False, help=_l("Empty takes the fare away: the tariff counts again.")
    )


def _touching(statement: Select[Any], value: str) -> Select[Any]:
    place = place_of(value)
    return statement.where((Fare.origin_id == place) | (Fare.destination_id == place))


class Fares(StaffList):
    """Fixed prices of a route between two places; they go before the tariff."""

    permission = "timetable.edit"
    edit_permission = "timetable.edit"
    can_create = True
    can_edit = True
    new_label = _l("Add a fare")
    lead = _l(
        "A fixed price between two places of a route, in that direction. Where there is none, the tariff counts."
    )
    order = (Fare.id,)
    columns: ClassVar = [
        Column("route", _l("Route"), lambda f: f.route.name),
        Column("origin", _l("From"), lambda f: f.origin.name),
        Column("destination", _l("To"), lambda f: f.destination.name),
        Column("amount", _l("Price"), lambda f: money(f.amount, f.route.operator.currency), align="r"),
    ]
    filters: ClassVar = [
        references("operator", _l("Operator"), Route.operator_id, operator_choices),
        Filter("place", _l("From or to"), _touching, kind="text"),
    ]

    def rows(self) -> Select[Any]:
        whole_route = joinedload(Fare.route).joinedload(Route.operator)
        statement = select(Fare).join(Route, Route.id == Fare.route_id)
        return statement.options(whole_route, joinedload(Fare.origin), joinedload(Fare.destination))

    def form_title(self, fare: Any) -> str:
        return f"{fare.origin.name} → {fare.destination.name}"

    def get_create_form(self) -> Any:
        return FareForm

    def get_edit_form(self) -> Any:
        return FareEditForm

    def on_form_prefill(self, form: Any, id: Any) -> None:
        if not form.errors:
            fare = self.get_one(id)
            form.amount.data = major(fare.amount, fare.route.operator.currency)

    def create(self, form: Any) -> None:
        route = db.session.get(Route, as_uuid(form.route.data))
        if route is None:
            raise NotFound
        value = _in_words(lambda: form.amount.in_minor(route.operator.currency))
        origin, destination = place_of(form.origin.data), place_of(form.destination.data)
        _set_fare(route.id, origin, destination, value)

    def save(self, form: Any, model: Any) -> None:
        value = _optional_amount(form.amount.data, model.route.operator.currency)
        _set_fare(model.route_id, model.origin_id, model.destination_id, value)


def _set_fare(route_id: UUID, origin: UUID | None, destination: UUID | None, amount: int | None) -> None:
    if origin is None or destination is None:
        raise RuleBroken(_("Please choose a place from the list."), field="origin")
    try:
        service.set_fare(route_id, origin, destination, amount, access.actor())
    except DomainError as error:
        if error.details.get("field") == "destination_id":
            error.details["field"] = "destination"
        raise
