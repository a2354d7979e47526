"""The blueprint of the kiosk, and what every one of its answers carries."""

from flask import Blueprint, Response, request
from flask_wtf.csrf import CSRFError

from core.error_pages import problem

blueprint = Blueprint(
    "kiosk", __name__, url_prefix="/kiosk", static_folder="../static", static_url_path="/static"
)

#: What says nothing of anybody: files, and the sheets and pictures that follow from a device's or an operator's settings.
_KEPT = frozenset({"kiosk.static", "kiosk.built", "kiosk.panel", "kiosk.brand_sheet", "kiosk.brand_logo"})


@blueprint.after_request
def forget_answers(answer: Response) -> Response:
    """Nothing but files is kept by the browser: no page, no answer, no trace of a traveller."""
    if request.endpoint not in _KEPT or answer.status_code >= 400:
        answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.errorhandler(CSRFError)
def token_too_old(_: CSRFError) -> Response:
    """A page stands open for days: it fetches a fresh token (`/kiosk/api/token`) and asks again."""
    return problem(400, "csrf", "This page is too old. Please try again.")
