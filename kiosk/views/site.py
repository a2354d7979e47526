"""The blueprint of the kiosk, and what every one of its answers carries."""

from flask import Blueprint, Response, request
from flask_wtf.csrf import CSRFError

from core.error_pages import problem

blueprint = Blueprint(
    "kiosk", __name__, url_prefix="/kiosk", static_folder="../static", static_url_path="/static"
)


@blueprint.after_request
def forget_answers(answer: Response) -> Response:
    """Nothing but static files is kept by the browser: no page, no answer, no trace of a traveller."""
    if request.endpoint not in {"kiosk.static", "kiosk.built", "kiosk.panel"}:
        answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.errorhandler(CSRFError)
def token_too_old(_: CSRFError) -> Response:
    """A page stands open for days: it fetches a fresh token (`/kiosk/api/token`) and asks again."""
    return problem(400, "csrf", "This page is too old. Please try again.")
