"""The API as a part of the application: its routes, their other names, the document and its viewer."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Blueprint, Flask

from core.api import resources
from core.api.aliases import ALIASES, endpoint_of
from core.api.endpoints import ENDPOINTS, view_of
from core.api.viewer import add_viewer

PREFIX = "/api/v1"


def register(app: Flask) -> None:
    """Add the whole API. Flask-WTF's CSRF check does not apply: see `callers.refuse_other_sites`."""
    blueprint = make_blueprint()
    app.register_blueprint(blueprint)
    csrf = app.extensions.get("csrf")
    if csrf is not None:
        csrf.exempt(blueprint)


def make_blueprint() -> Blueprint:
    """All endpoints under `/api/v1`, and `/health`, which stays where load balancers look for it."""
    load()
    blueprint = Blueprint("api", __name__)
    for declared in ENDPOINTS.values():
        path = declared.path if declared.bare else PREFIX + declared.path
        blueprint.add_url_rule(
            path, declared.name.replace(".", "_"), view_of(declared), methods=[declared.method]
        )
    for number, alias in enumerate(ALIASES):
        name = f"alias_{number}_{alias.endpoint.replace('.', '_')}"
        blueprint.add_url_rule(PREFIX + alias.path, name, view_of(endpoint_of(alias)), methods=[alias.method])
    add_viewer(blueprint, PREFIX)
    return blueprint


def load() -> None:
    """Read every resource, so that `ENDPOINTS` is complete."""
    for module in iter_modules(resources.__path__):
        import_module(f"{resources.__name__}.{module.name}")
