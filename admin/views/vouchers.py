"""Vouchers: sold or given by staff, with a reason; blocked when they were lost. The code is shown once, to who issued it."""

from datetime import timedelta
from typing import Any, ClassVar

from flask import flash, url_for
from flask_admin import expose
from flask_admin.form import BaseForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from wtforms import DateField
from wtforms.validators import Optional, ValidationError

from admin import access, formats
from admin.base_views import StaffList, attempted, reason_given
from admin.choices import active_choices, active_operator_choices, operator_choices
from admin.fields import amount_field, choice, line, tick
from admin.listing import Column, as_uuid, on_day, references, start_of, yes_or_no
from core.kernel import codes
from core.kernel.db import db
from core.kernel.errors import NotFound, RuleBroken
from core.payments import vouchers
from core.payments.models import Voucher
from core.till.vouchers import sell_voucher
from core.timetable.models import Operator

_SOLD = (("yes", _l("sold")), ("no", _l("given")))


class VoucherForm(BaseForm):
    operator_id = choice(_l("Operator"), active_operator_choices)
    amount = amount_field(_l("Worth"), help=_l("In the operator's currency."))
    sold = tick(
        _l("Sold for cash"),
        help=_l("The money is in your drawer, whose shift is open. Otherwise it is given away."),
    )
    expires_on = DateField(
        _l("Good until"), [Optional()], description=_l("That day is the last one. Empty means for ever.")
    )
    reason = line(_l("Why?"), 300, wide=True, help=_l("This is kept in the activity log with your name."))


def condition(voucher: Any) -> Any:
    """How it is, as a label."""
    if not voucher.active:
        return formats.state("blocked")
    return formats.state("active" if voucher.balance else "used")


class Vouchers(StaffList):
    """What the operators owe to those who know a code."""

    permission = "vouchers.manage"
    edit_permission = "vouchers.manage"
    can_create = True
    list_template = "admin/vouchers.html"
    new_label = _l("Issue a voucher")
    form_lead = _l("The code is shown once, when the voucher is issued: hand it over then.")
    lead = _l("What is left on vouchers is owed: the books have it as voucher liability.")
    by_time = True
    search_label = _l("Code")
    order = (Voucher.created_at.desc(),)
    columns: ClassVar = [
        Column("created_at", _l("Issued"), lambda v: formats.when(v.created_at), Voucher.created_at),
        Column("code", _l("Code ends with"), lambda v: v.code[-4:]),
        Column("balance", _l("Left"), lambda v: formats.money(v.balance, v.currency), align="r"),
        Column("amount", _l("Worth"), lambda v: formats.money(v.amount, v.currency), align="r"),
        Column("sold", _l("Came by"), lambda v: _("sold") if v.sold else _("given")),
        Column("expires_at", _l("Good until"), lambda v: formats.when(v.expires_at)),
        Column("reason", _l("Reason"), lambda v: v.reason),
        Column("state", _l("How it is"), condition),
    ]
    filters: ClassVar = [
        references("operator", _l("Operator"), Voucher.operator_id, operator_choices),
        yes_or_no("active", _l("State"), Voucher.active, active_choices),
        yes_or_no("sold", _l("Came by"), Voucher.sold, lambda: _SOLD),
        on_day("day", _l("Day"), Voucher.created_at),
    ]

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        return statement.where(Voucher.code == codes.plain(text))

    def get_create_form(self) -> Any:
        return VoucherForm

    def create(self, form: Any) -> Any:
        operator = db.session.get(Operator, as_uuid(form.operator_id.data))
        if operator is None:
            raise RuleBroken(_("Please choose one."), field="operator_id")
        try:
            amount = form.amount.in_minor(operator.currency)
        except ValidationError as error:
            raise RuleBroken(str(error), field="amount") from None
        last = form.expires_on.data
        expires_at = start_of(last) + timedelta(days=1) if last else None
        issue = sell_voucher if form.sold.data else vouchers.issue
        issued = issue(operator.id, amount, form.reason.data or "", access.actor(), expires_at=expires_at)
        worth = formats.money(amount, operator.currency)
        flash(_("The voucher over %(worth)s has the code %(code)s. It is shown only now.",
                worth=worth, code=vouchers.spoken(issued.code)), "success")  # fmt: skip
        return True

    @expose("/<voucher_id>/block", methods=("POST",))
    def block(self, voucher_id: str) -> Any:
        """Let nobody spend it any more."""
        access.require("vouchers.manage")
        found = as_uuid(voucher_id)
        if found is None:
            raise NotFound
        who = access.actor()
        return attempted(
            _("Blocked. Nobody can pay with it."),
            url_for("vouchers.index_view"),
            lambda: vouchers.block(found, who, reason_given()),
        )
