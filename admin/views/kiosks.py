"""The fleet of kiosks: how each is, what needs somebody first; devices are let in here by the code that they show."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin import access
from admin.base_views import StaffView, attempt, done
from admin.fields import kept_text, place_of
from admin.listing import as_uuid, tidy
from admin.views.kiosk_settings import choices, settings_given
from admin.views.kiosk_words import NEEDS, code_words, condition
from core.accounts import kiosks
from core.accounts.models import Kiosk, KioskStatus
from core.kernel.clock import now
from core.kernel.context import settings
from core.kernel.db import db
from core.kernel.errors import Forbidden, RuleBroken
from core.reporting.fleet import FleetKiosk, fleet


class Kiosks(StaffView):
    """Devices of one's own stations, and those that wait to be let in."""

    permission = "kiosks.manage"
    lead = _l("A new device shows a code. Enter it here and say where the device stands and what it may do.")

    @expose("/")
    def index_view(self) -> str:
        page = self.render(
            "admin/kiosks.html", waiting=_waiting(), out=_locked_out(), offered=choices(None), **_now()
        )
        return str(page)

    @expose("/now")
    def now(self) -> str:
        """The part of the page that changes by itself."""
        return str(self.render("admin/parts/fleet.html", **_now()))

    @expose("/approve", methods=("POST",))
    def approve(self) -> Any:
        """Let the device in that shows this code."""
        back = url_for("kiosks.index_view")

        def deed() -> tuple[UUID, str]:
            found, name = waiting_device(tidy(request.form.get("code"))), _name()
            kiosks.approve(
                found, own_place(request.form.get("place")), name, access.actor(), settings_given()
            )
            return found, name

        approved = attempt(None, deed)
        if approved is False:
            return redirect(back, 303)
        kiosk_id, name = approved
        flash(_("%(name)s may sell now.", name=name), "success")
        return redirect(url_for("kiosk_page.page", kiosk_id=kiosk_id), 303)

    @expose("/prepare", methods=("POST",))
    def prepare(self) -> Any:
        """Make a link that pairs whatever browser opens it first."""
        back = url_for("kiosks.index_view")
        made = attempt(
            None, lambda: kiosks.prepare(own_place(request.form.get("place")), _name(), access.actor())
        )
        if made is False:
            return redirect(back, 303)
        link = f"{settings().public_url}/kiosk/pair/{made[1]}"
        return done(_("Open this on the device, once: %(link)s", link=link), back)


def _name() -> str:
    return kept_text("name", 80) or "Kiosk"


def own_place(given: str | None) -> UUID:
    """The station that somebody named. Raises RuleBroken, Forbidden for one that is not theirs."""
    place = place_of(given)
    if place is None:
        raise RuleBroken(_("Please choose a station from the list."), field="place")
    own = access.stations()
    if own and place not in own:
        raise Forbidden(_("This is not one of your stations."))
    return place


def waiting_device(code: str) -> UUID:
    """The device that shows this code, or that has this id. Raises RuleBroken."""
    plain = "".join(char for char in code.upper() if char.isalnum())
    named = as_uuid(code)
    match = Kiosk.id == named if named else Kiosk.pairing_code == plain
    found = (
        db.session.scalar(select(Kiosk.id).where(match, Kiosk.status == KioskStatus.PENDING))
        if plain
        else None
    )
    if found is None:
        raise RuleBroken(
            _("No device shows this code. Codes run out after a while: look again."), field="code"
        )
    return found


def _now() -> dict[str, Any]:
    found = fleet(access.stations())
    sold = max(
        (kiosk for kiosk in found if kiosk.sold_at), key=lambda kiosk: kiosk.sold_at or now(), default=None
    )
    return {
        "fleet": found,
        "figures": {
            "online": sum(kiosk.online is True for kiosk in found),
            "all": len(found),
            "need": sum(bool(kiosk.needs) for kiosk in found),
            "stopped": sum(bool(kiosk.rights.out_of_order) for kiosk in found),
            "sold": sold,
        },
        "condition": condition,
        "code_words": code_words,
        "needs": needs,
    }


def needs(kiosk: FleetKiosk) -> list[str]:
    """What somebody has to look at, in words."""
    return [str(NEEDS[code]) for code in kiosk.needs if code != "out_of_order"]


def _waiting() -> list[Kiosk]:
    fresh = Kiosk.created_at >= now() - kiosks.CODE_LASTS
    found = select(Kiosk).where(Kiosk.status == KioskStatus.PENDING, fresh).order_by(Kiosk.created_at)
    return list(db.session.scalars(found))


def _locked_out() -> list[Kiosk]:
    found = select(Kiosk).options(joinedload(Kiosk.place)).where(Kiosk.status == KioskStatus.REVOKED)
    own = access.stations()
    if own:
        found = found.where(Kiosk.place_id.in_(own))
    return list(db.session.scalars(found.order_by(Kiosk.name, Kiosk.id).limit(100)))
