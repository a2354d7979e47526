"""Who is at the desk and what they may do: the roles of `core.accounts.rules`, asked by every admin view."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import abort, g, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.accounts import rules
from core.accounts.models import UserStation
from core.kernel.activity import Actor
from core.kernel.db import db
from core.kernel.errors import Forbidden


def may(permission: str) -> bool:
    """Whether the person who is signed in may do this. Nobody signed in may nothing."""
    return bool(current_user.is_authenticated) and rules.allowed(current_user.role, permission)


def require(permission: str) -> None:
    """Raises Forbidden when the person who is signed in may not do this."""
    if not may(permission):
        raise Forbidden


def actor() -> Actor:
    """The person who is signed in, as the activity log names them."""
    return Actor("user", str(current_user.id), current_user.name, request.remote_addr)


def stations() -> tuple[UUID, ...]:
    """The stations that the person who is signed in works at; none means all."""
    if "staff_stations" not in g:
        rows = db.session.scalars(select(UserStation.place_id).where(UserStation.user_id == current_user.id))
        g.staff_stations = tuple(rows)
    found: tuple[UUID, ...] = g.staff_stations
    return found


class Guarded:
    """Mixed into every view: `permission` says who sees it. Strangers are asked to sign in, others get a 403 page."""

    permission = "admin.enter"

    def is_accessible(self) -> bool:
        return may("admin.enter") and may(self.permission)

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Once: Flask-Admin's own would try again with other arguments after any TypeError."""
        return fn(self, *args, **kwargs)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Response:  # noqa: ARG002 - their signature
        if current_user.is_authenticated:
            raise Forbidden
        if request.method != "GET" or request.accept_mimetypes.best == "application/json":
            abort(401)
        return redirect(url_for("desk.sign_in", next=request.full_path.rstrip("?")))
