"""Making a browser a kiosk: by a code that staff approve, or by a link with a code that works once.

The cookie is HttpOnly and SameSite=Strict; the code lives in the browser's signed session until it is claimed.
"""

from flask import Response, jsonify, make_response, redirect, render_template, request, session, url_for
from flask_babel import get_locale
from sqlalchemy import select
from werkzeug.wrappers import Response as WerkzeugResponse

from core.accounts import kiosks
from core.accounts.models import Kiosk, KioskStatus
from core.accounts.throttle import PAIRINGS, throttle
from core.kernel.context import settings
from core.kernel.db import db
from kiosk import device
from kiosk.views.site import blueprint

_TEN_YEARS = 10 * 365 * 24 * 3600
_CODE = "kiosk_pairing_code"


@blueprint.post("/pairing")
def begin_pairing() -> Response:
    """The code to show: the one that this browser has already, while it waits, else a new one."""
    code = session.get(_CODE)
    if not (code and _waits(code)):
        throttle("pairing", PAIRINGS, request.remote_addr)
        _, code = kiosks.start_pairing(f"Kiosk at {request.remote_addr}")
        session[_CODE] = code
    return jsonify(code=_in_groups(code))


@blueprint.post("/pairing/claim")
def claim_pairing() -> Response:
    """Whether staff approved the code; then the cookie is set and the code is used up."""
    code = session.get(_CODE, "")
    token = kiosks.claim(code)
    if token is None:
        return jsonify(paired=device.device() is not None, gone=not (code and _waits(code)))
    session.pop(_CODE, None)
    answer = jsonify(paired=True)
    _give_cookie(answer, token)
    return answer


@blueprint.get("/pair/<code>")
def pairing_link(code: str) -> str:  # noqa: ARG001 - it stays in the address, the form posts back to it
    """A link with a one-time code: one button. Opening it changes nothing."""
    return render_template("kiosk/start.html", language=str(get_locale() or "en"), refused=False)


@blueprint.post("/pair/<code>")
def claim_link(code: str) -> WerkzeugResponse:
    """The button was touched: this browser is the kiosk now."""
    throttle("pairing", PAIRINGS, request.remote_addr)
    token = kiosks.claim(code)
    if token is None:
        page = render_template("kiosk/start.html", language=str(get_locale() or "en"), refused=True)
        return make_response(page, 409)
    answer = redirect(url_for("kiosk.shell"))
    _give_cookie(answer, token)
    return answer


def _give_cookie(answer: WerkzeugResponse, token: str) -> None:
    secure = settings().public_url.startswith("https://")
    answer.set_cookie(
        kiosks.COOKIE, token, max_age=_TEN_YEARS, httponly=True, samesite="Strict", secure=secure
    )


def _waits(code: str) -> bool:
    waiting = Kiosk.status.in_((KioskStatus.PENDING, KioskStatus.ACTIVE))
    statement = select(Kiosk.id).where(Kiosk.pairing_code == code, waiting)
    return db.session.execute(statement).first() is not None


def _in_groups(code: str) -> str:
    middle = len(code) // 2
    return f"{code[:middle]} {code[middle:]}"
