"""The admin: what staff see and change, on Flask-Admin with the house's own look. It sits above core and below nobody."""

from pathlib import Path

from flask import Blueprint, Flask, url_for
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme

from admin import formats, menu, security
from admin.desk import desk
from admin.views import all_views, today

_STATIC = Path(__file__).parent / "static"


def register(app: Flask) -> None:
    """Put the admin at /admin."""
    look = Blueprint("look", __name__, static_folder=str(_STATIC), static_url_path="/admin/look")
    app.register_blueprint(look)
    app.register_blueprint(desk)
    app.jinja_env.globals["look"] = _look
    formats.register(app)
    security.register(app)
    menu.register(app, _admin(app))


def _admin(app: Flask) -> Admin:
    made = Admin(
        app,
        name="Bookinghall",
        index_view=today.Today(name="Today", endpoint="admin", url="/admin"),
        theme=Bootstrap4Theme(base_template="admin/base.html"),
        csp_nonce_generator=security.nonce,
    )
    made.add_views(*all_views())
    return made


def _look(name: str) -> str:
    """Address of one of the admin's own files, new whenever the file changes."""
    return url_for("look.static", filename=name, v=int((_STATIC / name).stat().st_mtime))
