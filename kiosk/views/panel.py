"""A style sheet for each kind of panel: two measures, which the policy forbids to write into the page itself.

It is a sheet, not a script's work, so that the first thing drawn has its size already and nothing moves. Its address
says all that is in it: a browser keeps it for ever.
"""

from flask import Response, abort, url_for

from core.accounts.kiosk_rules import DISTANCE_MM, PX_PER_MM
from core.accounts.kiosks import KioskDevice
from kiosk.panel import style
from kiosk.views.site import blueprint

_YEAR = 365 * 24 * 3600
_USUAL_DISTANCE = 700


@blueprint.get("/panel/<int:px_per_metre>-<int:distance_mm>.css")
def panel(px_per_metre: int, distance_mm: int) -> Response:
    """The measures of a panel with so many pixels on a metre, seen from so far."""
    px_per_mm = px_per_metre / 1000
    if not (_within(px_per_mm, PX_PER_MM) and _within(distance_mm, DISTANCE_MM)):
        abort(404)
    answer = Response(style(px_per_mm, distance_mm), mimetype="text/css")
    answer.cache_control.public = True
    answer.cache_control.max_age = _YEAR
    answer.cache_control.immutable = True
    return answer


def panel_sheet(kiosk: KioskDevice) -> str | None:
    """The address of this device's sheet, or None where nobody measured its panel: then it looks like any screen."""
    px_per_mm = kiosk.settings.get("px_per_mm")
    if not px_per_mm:
        return None
    distance = int(kiosk.settings.get("distance_mm") or _USUAL_DISTANCE)
    return url_for("kiosk.panel", px_per_metre=round(float(px_per_mm) * 1000), distance_mm=distance)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
