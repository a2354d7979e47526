"""Operators and the editor of their rules: a save makes the next version, what was sold keeps the one it was sold under."""

from typing import Any, ClassVar
from uuid import UUID

from flask import request, url_for
from flask_admin import expose
from flask_admin.form import BaseForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from wtforms import FieldList, FormField, StringField
from wtforms.validators import ValidationError

from admin import access
from admin.base_views import StaffList, attempt, done
from admin.choices import active_choices, word_choices
from admin.fields import AmountField, choice, line, major, one_line, tick, whole
from admin.formats import state, words
from admin.listing import Column, equals, yes_or_no
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.messages.webhooks import secret_of
from core.timetable.models import Operator, Policy
from core.timetable.service import operators
from core.timetable.words import TradeCode

_FIELDS = ("code", "name", "currency", "timezone", "language", "reference_prefix", "email", "phone", "url", "address",
           "tax_number", "webhook_url", "webhook_key", "active")  # fmt: skip
_RULES = ("hold_minutes", "extension_minutes", "max_extensions", "payment_grace_minutes", "max_seats",
          "sales_close_minutes", "check_in_opens_hours", "check_in_closes_hours", "reminder_hours", "choice_hours",
          "choice_default", "no_show", "offer_minutes", "sms", "invoice_by_mail")  # fmt: skip
_CHANNELS = ("kiosk", "web", "counter", "api")
_STEPS = 6


class OperatorForm(BaseForm):
    name = line(_l("Name"), 200)
    code = line(_l("Code"), 40, help=_l("A short word that feeds and addresses use."))
    trade = choice(_l("Trade"), word_choices(TradeCode))
    currency = line(
        _l("Currency"), 3, help=_l("Three letters, such as EUR. It stays once something is planned.")
    )
    timezone = line(_l("Time zone"), 60, help=_l("Such as Europe/Bucharest."))
    language = line(_l("Language"), 10, help=_l("Of tickets and mail, such as en."))
    reference_prefix = line(_l("First letter of references"), 1)
    email = line(_l("E-mail"), 200, required=False)
    phone = line(_l("Phone"), 40, required=False)
    url = line(_l("Web address"), 300, required=False)
    tax_number = line(_l("Tax number"), 40, required=False)
    address = line(_l("Postal address"), 300, required=False, wide=True)


class OperatorEditForm(OperatorForm):
    trade = None
    webhook_url = line(
        _l("Webhook"), 250, required=False, wide=True,
        help=_l("Your own endpoint gets every event as signed JSON. Empty: none."),
    )  # fmt: skip
    webhook_key = whole(
        _l("Number of the webhook's key"), 1, 32767, help=_l("Another number makes another secret.")
    )
    active = tick(
        _l("Sells"), help=_l("An operator that does not sell keeps its past; its departures go off sale.")
    )


class StepForm(BaseForm):
    hours = StringField(_l("At least so many hours before"), filters=[one_line])
    percent = StringField(_l("Comes back, per cent"), filters=[one_line])
    fee = AmountField(_l("Less a fee of"), filters=[one_line])


class RulesForm(BaseForm):
    hold_minutes = whole(_l("Seats are held for, minutes"), 1, 240)
    extension_minutes = whole(_l("One extension adds, minutes"), 0, 60)
    max_extensions = whole(_l("Extensions"), 0, 10)
    payment_grace_minutes = whole(_l("A payment begun in time may take longer, minutes"), 0, 30)
    max_seats = whole(_l("Seats in one reservation, at most"), 1, 50)
    sales_close_minutes = whole(
        _l("Sales close before departure, minutes"), -1440, 10080, help=_l("Below zero means after it.")
    )
    check_in_opens_hours = whole(_l("Check-in opens before departure, hours"), 0, 8760, required=False)
    check_in_closes_hours = whole(_l("Check-in closes before departure, hours"), 0, 8760, required=False)
    reminder_hours = whole(
        _l("Reminder before departure, hours"), 1, 168, required=False, help=_l("Empty: nobody is reminded.")
    )
    offer_minutes = whole(_l("Seats offered to a waiting list are held for, minutes"), 5, 2880)
    choice_hours = whole(_l("Passengers choose within, hours"), 1, 720)
    choice_default = choice(
        _l("Who has not chosen by then"),
        lambda: [("refund", _l("gets the money back")), ("rebook", _l("is moved to the nearest departure"))],
    )
    no_show = choice(
        _l("Who did not come is a no-show"),
        lambda: [
            ("known", _l("where a gate or a check-in was at work")),
            ("unused", _l("whenever the ticket was not used")),
            ("never", _l("never: everybody has travelled")),
        ],
    )
    sms = choice(
        _l("Text messages to who left a phone number"),
        lambda: [
            ("instead", _l("where there is no e-mail address")),
            ("both", _l("beside the e-mail")),
            ("never", _l("never")),
        ],
        help=_l("They need a gateway in the settings of this office."),
    )
    invoice_by_mail = tick(_l("The confirmation comes with the invoice"))
    kiosk = line(_l("Kiosk asks for"), 600, required=False, wide=True)
    web = line(_l("Web asks for"), 600, required=False, wide=True)
    counter = line(_l("Counter asks for"), 600, required=False, wide=True)
    api = line(_l("API asks for"), 600, required=False, wide=True)
    refund_ladder = FieldList(FormField(StepForm), min_entries=_STEPS, max_entries=_STEPS)


class Operators(StaffList):
    """Companies that sell here."""

    permission = "timetable.edit"
    edit_permission = "timetable.edit"
    can_create = True
    can_edit = True
    new_label = _l("Add an operator")
    search_label = _l("Name or code")
    order = (Operator.name, Operator.id)
    columns: ClassVar = [
        Column("name", _l("Name"), lambda o: o.name),
        Column("code", _l("Code"), lambda o: o.code, Operator.code),
        Column("trade", _l("Trade"), lambda o: words(o.trade)),
        Column("currency", _l("Currency"), lambda o: o.currency),
        Column("timezone", _l("Time zone"), lambda o: o.timezone),
        Column("active", _l("Sells"), lambda o: state("active" if o.active else "inactive")),
    ]
    filters: ClassVar = [
        equals("trade", _l("Trade"), Operator.trade, word_choices(TradeCode)),
        yes_or_no("active", _l("Sells"), Operator.active, active_choices),
    ]
    edit_template = "admin/operator.html"

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        return statement.where(Operator.name.icontains(text, autoescape=True) | (Operator.code == text))

    def webhook_secret(self, operator: Operator) -> str | None:
        """What signs the events that this operator's webhook gets; None without one."""
        return secret_of(operator.id, operator.webhook_key) if operator.webhook_url else None

    def form_title(self, operator: Any) -> str:
        return str(operator.name)

    def get_create_form(self) -> Any:
        return OperatorForm

    def get_edit_form(self) -> Any:
        return OperatorEditForm

    def create(self, form: Any) -> Any:
        values: dict[str, Any] = {name: form[name].data or None for name in _FIELDS if name in form}
        return operators.create_operator(trade=form.trade.data, actor=access.actor(), **values)

    def save(self, form: Any, model: Any) -> None:
        values = {name: form[name].data for name in _FIELDS}
        operators.change_operator(
            model.id, access.actor(), **{k: v if v != "" else None for k, v in values.items()}
        )

    @expose("/<operator_id>/rules", methods=("GET", "POST"))
    def rules(self, operator_id: str) -> Any:
        """The operator's rules as a form; every save is a new version."""
        operator = self.get_one(operator_id)
        if operator is None:
            raise NotFound
        versions = list(
            db.session.scalars(
                select(Policy)
                .where(Policy.operator_id == operator.id)
                .order_by(Policy.version.desc())
                .limit(20)
            )
        )
        present = next((each for each in versions if each.active), None)
        if present is None:
            raise NotFound(_("This operator has no rules yet."))
        form = RulesForm(request.form) if request.method == "POST" else rules_form(present, operator.currency)
        if (
            request.method == "POST"
            and form.validate()
            and self._save_rules(form, operator.id, operator.currency)
        ):
            return done(
                _("Saved. The new rules count for new sales."),
                url_for("operators.rules", operator_id=operator_id),
            )
        return self.render(
            "admin/rules.html", operator=operator, form=form, present=present, versions=versions
        )

    def _save_rules(self, form: RulesForm, operator_id: UUID, currency: str) -> bool:
        try:
            ladder = ladder_of(form, currency)
        except ValidationError as error:
            form.refund_ladder.errors = [str(error)]
            return False
        values: dict[str, Any] = {name: form[name].data for name in _RULES}
        values["refund_ladder"] = ladder
        values["passenger_fields"] = {
            name: (form[name].data or "").replace(",", " ").split() for name in _CHANNELS
        }
        who = access.actor()
        return attempt(form, lambda: operators.change_policy(operator_id, who, **values)) is not False


def rules_form(policy: Policy, currency: str) -> RulesForm:
    """The form as it shows the rules in force."""
    values: dict[str, Any] = {name: getattr(policy, name) for name in _RULES}
    values |= {name: " ".join(policy.passenger_fields.get(name, [])) for name in _CHANNELS}
    values["refund_ladder"] = [
        {
            "hours": str(step["hours"]),
            "percent": str(step["percent"]),
            "fee": major(step.get("fee", 0), currency),
        }
        for step in policy.refund_ladder
    ]
    return RulesForm(data=values)


def ladder_of(form: RulesForm, currency: str) -> list[dict[str, int]]:
    """The steps that were filled in, most hours first. Raises ValidationError."""
    steps = []
    for entry in form.refund_ladder:
        hours, percent = entry.form.hours.data, entry.form.percent.data
        if not hours and not percent:
            continue
        if not _small(hours) or not _small(percent):
            raise ValidationError(_("A step needs hours and per cent, as whole numbers."))
        fee = entry.form.fee
        steps.append(
            {"hours": int(hours), "percent": int(percent), "fee": fee.in_minor(currency) if fee.data else 0}
        )
    return sorted(steps, key=lambda step: -step["hours"])


def _small(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdigit() and len(text) <= 5
