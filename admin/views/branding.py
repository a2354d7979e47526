"""The colour and the logo of each operator and of the house, as travellers see them at kiosks and on pages from letters."""

from typing import Any

from flask import request, url_for
from flask_admin import expose
from flask_admin.form import BaseForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import FileField

from admin import access
from admin.base_views import StaffView, attempt, done
from admin.fields import line, tick
from admin.listing import as_uuid
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.timetable.logos import MOST_BYTES
from core.timetable.models import Brand, Operator
from core.timetable.service.brands import set_brand

_HOUSE = "house"


class BrandForm(BaseForm):
    colour = line(
        _l("Colour"), 7, required=False,
        help=_l("Such as #00664f, dark enough for white words on it. Empty: the green of this software. Screens in dark and pressed buttons take shades of it; high contrast takes none."),
    )  # fmt: skip
    logo = FileField(
        _l("Logo"),
        description=_l("PNG or JPEG, at most 1 MB. It stands on white, whatever the colour."),
        render_kw={"accept": "image/png,image/jpeg"},
    )
    without = tick(_l("No logo any more"))


class Branding(StaffView):
    """One page for the house, one for each operator."""

    permission = "timetable.edit"
    lead = _l(
        "A kiosk wears the colour and the logo of the operator that sells there. Where several do, it wears the house's."
    )

    @expose("/")
    def index(self) -> Any:
        """Everybody who can have a brand, the house first."""
        statement = select(Operator.id, Operator.name).where(Operator.active).order_by(Operator.name)
        owners = [
            (_HOUSE, _("The house")),
            *((str(row.id), row.name) for row in db.session.execute(statement)),
        ]
        brands = {str(row.operator_id or _HOUSE): row for row in db.session.scalars(select(Brand))}
        return self.render("admin/branding.html", owners=owners, brands=brands)

    @expose("/<owner>", methods=("GET", "POST"))
    def brand(self, owner: str) -> Any:
        """The brand as a form; what cannot be read or is no picture is said beside its field."""
        operator = _operator(owner)
        mine = Brand.operator_id == operator.id if operator else Brand.operator_id.is_(None)
        present = db.session.scalar(select(Brand).where(mine))
        form = (
            BrandForm(request.form)
            if request.method == "POST"
            else BrandForm(colour=present and present.colour)
        )
        if (
            request.method == "POST"
            and form.validate()
            and attempt(form, lambda: _save(operator, form)) is not False
        ):
            return done(
                _("Saved. Screens show it when they are loaded next."), url_for("branding.brand", owner=owner)
            )
        name = operator.name if operator else _("The house")
        return self.render("admin/brand.html", form=form, present=present, name=name)


def _save(operator: Operator | None, form: BrandForm) -> None:
    sent = request.files.get("logo")
    logo = sent.read(MOST_BYTES + 1) if sent and sent.filename and not form.without.data else None
    set_brand(
        operator.id if operator else None, access.actor(), colour=form.colour.data or None, logo=logo,
        keep_logo=logo is None and not form.without.data,
    )  # fmt: skip


def _operator(owner: str) -> Operator | None:
    """The operator that is meant, None for the house. Raises NotFound."""
    if owner == _HOUSE:
        return None
    found = as_uuid(owner)
    operator = db.session.get(Operator, found) if found else None
    if operator is None:
        raise NotFound(_("There is no such operator."))
    return operator
