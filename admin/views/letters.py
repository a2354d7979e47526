"""The words of letters: an operator's own for each kind and language, with a preview on a real booking."""

from typing import Any

from flask import request, url_for
from flask_admin import expose
from flask_admin.form import BaseForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import load_only

from admin import access
from admin.base_views import attempt, attempted, done
from admin.choices import operator_choices
from admin.fields import line, lines
from admin.listing import LAST_PAGE
from admin.operator_pages import OperatorPages, operator_of
from admin.views.sales import boards_here
from core.booking.models import Booking
from core.kernel.codes import plain
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.kernel.languages import languages
from core.messages.models import MessageTemplate
from core.messages.own_preview import Shown, preview
from core.messages.own_rules import MOST_TYPED, NAMES
from core.messages.own_words import MOST_IN_SUBJECT, Own, end, save
from core.timetable.models import Operator


class WordsForm(BaseForm):
    subject = line(_l("Subject"), MOST_IN_SUBJECT, wide=True)
    body = lines(
        _l("Text"),
        MOST_TYPED,
        rows=12,
        help=_l("An empty line begins a new paragraph. Below is what can be filled in."),
    )
    booking = line(
        _l("Preview with the booking"), 20, required=False, help=_l("Its reference; empty: the newest.")
    )


class Letters(OperatorPages):
    """One page an operator, one a letter."""

    permission = "timetable.edit"
    template = "admin/letters.html"
    lead = _l("Without words of your own a letter has ours. Terms and tickets stay as they are.")

    @expose("/<operator_id>/")
    def operator(self, operator_id: str) -> Any:
        """Every kind of letter and language, and which has words of the operator's own."""
        operator = operator_of(operator_id)
        found = select(MessageTemplate).where(
            MessageTemplate.operator_id == operator.id, MessageTemplate.active
        )
        own = {(row.kind, row.language): row.version for row in db.session.scalars(found)}
        return self.render(
            "admin/letters.html", operator=operator, operators=operator_choices(), kinds=sorted(NAMES),
            languages=languages(), own=own,
        )  # fmt: skip

    @expose("/<operator_id>/<kind>/<language>", methods=("GET", "POST"))
    def letter(self, operator_id: str, kind: str, language: str) -> Any:
        """The words as a form: looked at with `preview`, else saved as the next version."""
        operator = operator_of(operator_id)
        versions = _versions(operator, kind, language)
        present = next((each for each in versions if each.active), None)
        shown = None
        form = WordsForm(request.form) if request.method == "POST" else WordsForm(obj=present)
        if request.method == "POST" and form.validate():
            own, who = Own(form.subject.data, form.body.data), access.actor()
            if "preview" in request.form:
                shown = attempt(form, lambda: _shown(operator, kind, language, own, form.booking.data))
            elif attempt(form, lambda: save(operator.id, kind, language, own, who)) is not False:
                here = url_for("letters.letter", operator_id=operator.id, kind=kind, language=language)
                return done(_("Saved. The next letters have these words."), here)
        return self.render(
            "admin/letter.html", operator=operator, kind=kind, language=language, form=form, versions=versions,
            present=present, shown=shown or None, names=NAMES[kind],
        )  # fmt: skip

    @expose("/<operator_id>/<kind>/<language>/end", methods=("POST",))
    def end(self, operator_id: str, kind: str, language: str) -> Any:
        """Our words count again."""
        operator, who = operator_of(operator_id), access.actor()
        _versions(operator, kind, language)
        return attempted(
            _("The letter has our words again."),
            url_for("letters.operator", operator_id=operator.id),
            lambda: end(operator.id, kind, language, who),
        )


def _versions(operator: Operator, kind: str, language: str) -> list[MessageTemplate]:
    """What these words were, the newest first. Raises NotFound for a letter or a language that there is not."""
    if kind not in NAMES or language not in languages():
        raise NotFound
    found = select(MessageTemplate).where(
        MessageTemplate.operator_id == operator.id,
        MessageTemplate.kind == kind,
        MessageTemplate.language == language,
    )
    return list(db.session.scalars(found.order_by(MessageTemplate.version.desc()).limit(LAST_PAGE)))


def _shown(operator: Operator, kind: str, language: str, own: Own, reference: str | None) -> Shown:
    """With a booking that the person who is signed in may see. Raises NotFound for a reference of none."""
    found = select(Booking).options(load_only(Booking.id)).where(Booking.operator_id == operator.id)
    if access.stations():
        found = boards_here(found, Booking.reservation_id)
    if reference:
        found = found.where(Booking.reference == plain(reference))
    booking = db.session.scalars(found.order_by(Booking.id.desc()).limit(1)).first()
    if booking is None and reference:
        raise NotFound(_("There is no such booking."))
    return preview(kind, language, own, booking.id if booking else None)
