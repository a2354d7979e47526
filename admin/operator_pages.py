"""Views that have one page an operator: the address without one leads to the first, a picker to any."""

from typing import Any, ClassVar

from flask import redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select

from admin.base_views import StaffView
from admin.listing import as_uuid
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.timetable.models import Operator


class OperatorPages(StaffView):
    """`template` is drawn without an operator, too: where there is none yet. Whoever derives has the page `operator`."""

    template: ClassVar[str]

    @expose("/")
    def index(self) -> Any:
        operator = db.session.scalar(select(Operator).where(Operator.active).order_by(Operator.name).limit(1))
        return self._at(operator) if operator else self.render(self.template, operator=None)

    @expose("/go")
    def go(self) -> Any:
        """From the picker to the operator's page."""
        return self._at(operator_of(request.args.get("operator")))

    def _at(self, operator: Operator) -> Any:
        return redirect(url_for(".operator", operator_id=operator.id))


def operator_of(operator_id: str | None) -> Operator:
    """The operator of an address. Raises NotFound."""
    found = as_uuid(operator_id or "")
    operator = db.session.get(Operator, found) if found else None
    if operator is None:
        raise NotFound(_("There is no such operator."))
    return operator
