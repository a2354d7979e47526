"""The colours and the logo of whoever sells: a style sheet and a picture whose addresses say all that is in them.

As with the sheet of a panel nothing moves and no script is at work: the first thing drawn has its colour already, and a
browser keeps both for ever.
"""

from flask import Response, abort, url_for

from core.kernel.errors import RuleBroken
from core.timetable import brand_rules
from core.timetable.brand_rules import Shades
from core.timetable.brands import Shown, logo
from kiosk.views.site import blueprint

_YEAR = 365 * 24 * 3600


@blueprint.get("/brand/<colour>.css")
def brand_sheet(colour: str) -> Response:
    """The design tokens in an operator's colour; high contrast keeps its own."""
    try:
        found = brand_rules.readable(f"#{colour}")
    except RuleBroken:
        abort(404)
    return _for_ever(sheet(found), "text/css")


@blueprint.get("/brand/<mark>.png")
def brand_logo(mark: str) -> Response:
    """A logo, as this house has drawn it."""
    found = logo(mark) if len(mark) == 16 and mark.isascii() and mark.isalnum() else None
    if found is None:
        abort(404)
    return _for_ever(found, "image/png")


def sheet(colour: str) -> str:
    """The style sheet of a colour that can be read."""
    usual, dark = ':root:not([data-contrast="high"])', ':root[data-theme="dark"]:not([data-contrast="high"])'
    return f"{usual}{_tokens(brand_rules.light(colour))}\n{dark}{_tokens(brand_rules.dark(colour))}\n"


def brand_links(brand: Shown) -> dict[str, str | None]:
    """What a page needs of a brand: the addresses of its sheet and of its logo, and the words for the logo."""
    return {
        "sheet": url_for("kiosk.brand_sheet", colour=brand.colour[1:]) if brand.colour else None,
        "logo": url_for("kiosk.brand_logo", mark=brand.logo_mark) if brand.logo_mark else None,
        "name": brand.name or "",
    }


def _tokens(shades: Shades) -> str:
    return (
        f"{{--head:{shades.head};--on-head:#fff;--head-focus:#fff;"
        f"--action:{shades.action};--action-press:{shades.press};--on-action:#fff}}"
    )


def _for_ever(content: str | bytes, kind: str) -> Response:
    answer = Response(content, mimetype=kind)
    answer.cache_control.public = True
    answer.cache_control.max_age = _YEAR
    answer.cache_control.immutable = True
    return answer
