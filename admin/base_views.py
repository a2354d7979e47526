"""What every view of the admin shares: the guard, and lists and forms that call services instead of writing themselves."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from flask import Response, flash, redirect, request
from flask_admin import BaseView, expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import BaseForm
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.exc import DBAPIError

from admin import access
from admin.access import Guarded
from admin.fields import kept_text
from admin.listing import PAGE_SIZE, Column, Filter, ListArgs, as_uuid, narrowed, read_args
from core.kernel.db import db, translate
from core.kernel.errors import DomainError, NotFound


class StaffView(Guarded, BaseView):
    """A page of its own. `lead` is the sentence under its heading."""

    lead: str | None = None


class StaffList(Guarded, ModelView):
    """A list of one table, read-only unless `edit_permission` is given; edits go through `save` and `create`.

    Rows are never deleted. Columns are sorted by indexed columns only, and nothing counts the whole table.
    """

    can_create = False
    can_edit = False
    can_delete = False
    can_view_details = False
    form = BaseForm
    list_template = "admin/list.html"
    create_template = "admin/form.html"
    edit_template = "admin/form.html"

    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    order: ClassVar[Sequence[Any]] = ()
    search_label: Any = None
    edit_permission: str | None = None
    lead: Any = None
    empty: Any = None
    new_label: Any = None
    form_lead: Any = None
    by_time = False

    def __init__(self, model: Any, name: Any, endpoint: str, category: str | None = None) -> None:
        url = "/admin/" + endpoint.replace("_", "-")
        super().__init__(model, db, name=name, category=category, endpoint=endpoint, url=url)

    # -- what a list is made of

    def rows(self) -> Select[Any]:
        """The statement that the list, its filters and its pages are made of."""
        return select(self.model)

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """Leave out what the stations of the person who is signed in have nothing to do with."""
        return statement

    def default(self, statement: Select[Any], args: ListArgs) -> Select[Any]:  # noqa: ARG002 - the form of the hook, which others fill
        """Leave out what a list does not show until it is asked for."""
        return statement

    def search(self, statement: Select[Any], text: str) -> Select[Any]:  # noqa: ARG002 - the form of the hook, which others fill
        """Keep the rows that the text means."""
        return statement

    def find(self, args: ListArgs) -> tuple[list[Any], bool]:
        """One page of rows, and whether there is another."""
        statement = narrowed(self.default(self.narrow(self.rows()), args), args, self.filters)
        if args.search and self.search_label:
            statement = self.search(statement, args.search)
        statement = statement.order_by(None).order_by(*self._order(args))
        statement = statement.limit(PAGE_SIZE + 1).offset(args.page * PAGE_SIZE)
        found = list(db.session.execute(statement).unique().scalars())
        return found[:PAGE_SIZE], len(found) > PAGE_SIZE

    def _order(self, args: ListArgs) -> Sequence[Any]:
        for column in self.columns:
            if column.name == args.sort and column.sort is not None:
                return (column.sort.desc() if args.descending else column.sort,)
        return self.order

    def row_url(self, row: Any) -> str | None:
        """Where a row leads to, or None."""
        if self.may_edit():
            return str(self.get_url(".edit_view", id=row.id))
        return None

    @expose("/")
    def index_view(self) -> str:
        args = read_args(request.args, self.columns, self.filters)
        rows, more = self.find(args)
        page = self.render(self.list_template, rows=rows, more=more, args=args, **self.list_extras())
        return str(page)

    def list_extras(self) -> dict[str, Any]:
        """Further words for the list's template."""
        return {}

    # -- editing

    def may_edit(self) -> bool:
        """Whether the person who is signed in changes these rows (and not only looks at them)."""
        return self.can_edit and self.edit_permission is not None and access.may(self.edit_permission)

    def may_create(self) -> bool:
        """The same for new rows."""
        return self.can_create and self.edit_permission is not None and access.may(self.edit_permission)

    def create(self, form: Any) -> Any:
        """Call the service that makes one; returns something true."""
        raise NotImplementedError

    def save(self, form: Any, model: Any) -> Any:
        """Call the service that changes one."""
        raise NotImplementedError

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        if not self.may_create():
            return self.inaccessible_callback("create_view")
        return super().create_view()

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        if not self.may_edit():
            return self.inaccessible_callback("edit_view")
        if self.get_one(request.args.get("id")) is None:
            raise NotFound
        return super().edit_view()

    # What stock Flask-Admin would offer besides: not here.
    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> Any:
        raise NotFound

    @expose("/details/")
    def details_view(self) -> Any:
        raise NotFound

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        raise NotFound

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Any:  # noqa: ARG002 - the form of the hook, which others fill
        raise NotFound

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> Any:
        raise NotFound

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> Any:
        raise NotFound

    def get_one(self, id: Any) -> Any:
        """The row with this id within the stations of the person who is signed in, or None."""
        found = as_uuid(id)
        if found is None:
            return None
        return db.session.execute(self.narrow(self.rows()).where(self.model.id == found)).unique().scalar()

    def create_model(self, form: Any) -> Any:
        return attempt(form, lambda: self.create(form)) is not False

    def update_model(self, form: Any, model: Any) -> Any:
        return attempt(form, lambda: self.save(form, model)) is not False


def attempt(form: Any, deed: Callable[[], Any]) -> Any:
    """Do it, or put the words of the error to the field that they are about. Returns what came of it, or False."""
    try:
        return deed()
    except DBAPIError as error:
        db.session.rollback()
        known = translate(error)
        if not isinstance(known, DomainError):
            raise
        _tell(form, known)
    except DomainError as error:
        _tell(form, error)
    return False


def _tell(form: Any, error: DomainError) -> None:
    field = error.details.get("field")
    if isinstance(field, str) and form is not None and field in form and hasattr(form[field], "validators"):
        form[field].errors = [*form[field].errors, error.message]
    else:
        flash(error.message, "error")


def done(message: str, back: str) -> Response:
    """Say what was done and go back: the answer to a POST."""
    flash(message, "success")
    answer: Response = redirect(back, 303)  # type: ignore[assignment]  # Flask's redirect is typed as Werkzeug's response
    return answer


def attempted(message: str, back: str, deed: Callable[[], Any]) -> Response:
    """Do it and go back with the message, or with the words of what stood in the way."""
    if attempt(None, deed) is not False:
        flash(message, "success")
    answer: Response = redirect(back, 303)  # type: ignore[assignment]  # Flask's redirect is typed as Werkzeug's response
    return answer


def reason_given() -> str:
    """The reason of the form, tidied. Raises when there is none: whoever does this has to say why."""
    reason = kept_text("reason", 300)
    if not reason:
        raise ReasonNeeded(_("Please say why."))
    return reason


class ReasonNeeded(DomainError):
    """A deed that needs a reason was asked for without one."""

    code = "reason_missing"
