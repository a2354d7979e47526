"""Browser packages, served by the office itself: no page ever asks another host.

`/vendor/<package>/<file>` gives the files of `VENDOR_FILES` out of `kiosk/node_modules`. The look is
in `core/static`: `/static/tokens.css` (design tokens) and `/static/fonts.css`.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, send_from_directory

from core.kernel.settings import PROJECT_ROOT

NODE_MODULES = PROJECT_ROOT / "kiosk" / "node_modules"

# What pages may load: nothing else of node_modules is reachable.
VENDOR_FILES: dict[str, tuple[str, ...]] = {
    "socket.io-client": ("dist/socket.io.esm.min.js", "dist/socket.io.min.js"),
    "chart.js": ("dist/chart.umd.min.js", "dist/chart.umd.js"),
    "simple-keyboard": ("build/index.modern.esm.js", "build/index.js", "build/css/index.css"),
    "swagger-ui-dist": ("swagger-ui.css", "swagger-ui-bundle.js"),
    "@fontsource-variable/inter": ("*.css", "files/*.woff2"),
    "@fontsource-variable/noto-sans-arabic": ("*.css", "files/*.woff2"),
    "@fontsource-variable/noto-sans-devanagari": ("*.css", "files/*.woff2"),
    "@fontsource-variable/noto-sans-hebrew": ("*.css", "files/*.woff2"),
    "@fontsource-variable/noto-sans-jp": ("*.css", "files/*.woff2"),
    "@fontsource-variable/noto-sans-thai": ("*.css", "files/*.woff2"),
}
_HOUR = 3600
_YEAR = 365 * 24 * _HOUR

assets = Blueprint("assets", __name__)


def register(app: Flask) -> None:
    """Serve the assets, and offer `vendor_url` to every template."""
    app.register_blueprint(assets)
    app.jinja_env.globals["vendor_url"] = vendor_url


@assets.get("/vendor/<path:name>")
def vendor(name: str) -> Response:
    """One file of a browser package; kept for a year by browsers when its version is in the address."""
    package, file = _split(name)
    if not any(fnmatchcase(file, pattern) for pattern in VENDOR_FILES.get(package, ())):
        abort(404)
    if not NODE_MODULES.is_dir():
        abort(503, description=missing_packages())
    answer = send_from_directory(NODE_MODULES / package, file, max_age=_age())
    answer.cache_control.immutable = "v" in request.args
    return answer


def vendor_url(name: str) -> str:
    """Address of a vendor file with its version, e.g. `vendor_url("chart.js/dist/chart.umd.min.js")`."""
    package, file = _split(name)
    return f"/vendor/{package}/{file}?v={_version(package)}"


def missing_packages() -> str | None:
    """A plain sentence when the browser packages are not installed, else None."""
    absent = [package for package in VENDOR_FILES if not (NODE_MODULES / package).is_dir()]
    if not absent:
        return None
    return (
        f"The browser packages are not installed ({', '.join(absent)}): screens will not work. "
        "Run scripts/run, or npm ci in the folder kiosk."
    )


def _split(name: str) -> tuple[str, str]:
    parts = name.split("/")
    width = 2 if name.startswith("@") else 1
    return "/".join(parts[:width]), "/".join(parts[width:])


def _age() -> int:
    return _YEAR if "v" in request.args else _HOUR


@cache
def _version(package: str) -> str:
    description: Path = NODE_MODULES / package / "package.json"
    try:
        return str(json.loads(description.read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return "0"
