"""Kiosks: let a device in by the code that it shows, prepare one by a link, lock one out."""

from typing import Any, ClassVar
from uuid import UUID

from flask import request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from admin import access, formats
from admin.base_views import StaffList, attempted, done
from admin.choices import word_choices
from admin.fields import place_of
from admin.listing import Column, as_uuid, equals, tidy
from core.accounts import kiosks
from core.accounts.models import Kiosk, KioskStatus
from core.kernel.clock import now
from core.kernel.context import settings
from core.kernel.db import db
from core.kernel.errors import DomainError, Forbidden, NotFound, RuleBroken
from core.reporting.attention import SILENT_SECONDS


def seen(kiosk: Kiosk) -> str:
    """When a device last spoke, in words."""
    if kiosk.last_seen_at is None:
        return _("never")
    ago = int((now() - kiosk.last_seen_at).total_seconds())
    if kiosk.status == KioskStatus.ACTIVE and ago <= SILENT_SECONDS:
        return _("now")
    return formats.when(kiosk.last_seen_at)


def condition(kiosk: Kiosk) -> str:
    """What a device says of itself."""
    told: dict[str, Any] = getattr(kiosk, "state", None) or {}
    return (
        ", ".join(
            f"{formats.words(name)} {value}" for name, value in sorted(told.items()) if value is not None
        )
        or "–"
    )


class Kiosks(StaffList):
    """Devices of one's own stations, and those that wait to be let in."""

    permission = "kiosks.manage"
    list_template = "admin/kiosks.html"
    lead = _l("A new device shows a code. Enter it here and say where the device stands.")
    order = (Kiosk.name, Kiosk.id)
    columns: ClassVar = [
        Column("name", _l("Kiosk"), lambda k: k.name),
        Column("place", _l("Station"), lambda k: k.place.name if k.place else "–"),
        Column("status", _l("Status"), lambda k: formats.state(k.status)),
        Column("seen", _l("Last seen"), seen),
        Column("state", _l("How it is"), condition),
    ]
    filters: ClassVar = [equals("status", _l("Status"), Kiosk.status, word_choices(KioskStatus))]

    def rows(self) -> Select[Any]:
        return select(Kiosk).options(joinedload(Kiosk.place)).where(Kiosk.status != KioskStatus.PENDING)

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        own = access.stations()
        return statement.where(Kiosk.place_id.in_(own)) if own else statement

    def list_extras(self) -> dict[str, Any]:
        waiting = select(Kiosk).where(
            Kiosk.status == KioskStatus.PENDING, Kiosk.created_at >= now() - kiosks.CODE_LASTS
        )
        return {"waiting": list(db.session.scalars(waiting.order_by(Kiosk.created_at))), "link": None}

    @expose("/approve", methods=("POST",))
    def approve(self) -> Any:
        """Let the device in that shows this code."""
        name, code = tidy(request.form.get("name")), tidy(request.form.get("code"))

        def deed() -> None:
            found = waiting_device(code)
            kiosks.approve(found, self._own_place(request.form.get("place")), name or "Kiosk", access.actor())

        return attempted(_("The device may sell now."), url_for("kiosks.index_view"), deed)

    @expose("/prepare", methods=("POST",))
    def prepare(self) -> Any:
        """Make a link that pairs whatever browser opens it first."""
        try:
            place = self._own_place(request.form.get("place"))
            _id, code = kiosks.prepare(place, tidy(request.form.get("name")) or "Kiosk", access.actor())
        except DomainError as error:
            return attempted("", url_for("kiosks.index_view"), _raising(error))
        link = f"{settings().public_url}/kiosk/pair/{code}"
        return done(_("Open this on the device, once: %(link)s", link=link), url_for("kiosks.index_view"))

    @expose("/<kiosk_id>/revoke", methods=("POST",))
    def revoke(self, kiosk_id: str) -> Any:
        """Lock a device out within seconds."""
        kiosk = self.get_one(kiosk_id)
        if kiosk is None:
            raise NotFound
        found, who = kiosk.id, access.actor()
        return attempted(
            _("Locked out. The device sells nothing more."),
            url_for("kiosks.index_view"),
            lambda: kiosks.revoke(found, who),
        )

    def _own_place(self, given: str | None) -> UUID:
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


def _raising(error: DomainError) -> Any:
    def deed() -> None:
        raise error

    return deed
