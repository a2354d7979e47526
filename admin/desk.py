"""The door of the admin: signing in and out."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from admin import access
from core.accounts.sign_in import sign_in as check_credentials
from core.accounts.sign_in import sign_out as end_sessions
from core.kernel.errors import DomainError

desk = Blueprint("desk", __name__, url_prefix="/admin")

_HOME = "/admin/"


@desk.get("/sign-in")
def sign_in() -> Any:
    """The sign-in page; whoever is signed in already goes straight on."""
    onward = _own_address(request.args.get("next"))
    if access.may("admin.enter"):
        return redirect(onward)
    return _page(onward)


@desk.post("/sign-in")
def enter() -> Any:
    """Check the credentials and open a session. Errors are shown on the page with their own status."""
    onward = _own_address(request.form.get("next"))
    email = request.form.get("email", "").replace("\x00", "").strip()[:254]
    try:
        user = check_credentials(email, request.form.get("password", "")[:1000], request.remote_addr)
    except DomainError as error:
        return _page(onward, email, error.message, error.status)
    login_user(user)
    if not access.may("admin.enter"):
        logout_user()
        return _page(onward, email, _("This account has no desk here."), 403)
    return redirect(onward, 303)


@desk.post("/sign-out")
def sign_out() -> Any:
    """End the session, also that of a cookie which somebody has copied."""
    if current_user.is_authenticated:
        end_sessions(current_user.id, request.remote_addr)
        logout_user()
    session.clear()
    return redirect("/admin/sign-in", 303)


def _page(onward: str, email: str = "", problem: str | None = None, status: int = 200) -> Response:
    page = render_template("admin/sign_in.html", next=onward, email=email, problem=problem)
    return Response(page, status)


def _own_address(given: str | None) -> str:
    """Where to go after signing in: a page of the admin, never another site."""
    plain = given or _HOME
    if not plain.startswith("/admin/") or "\\" in plain or any(ord(char) < 32 for char in plain):
        return _HOME
    return plain
