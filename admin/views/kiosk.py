"""One kiosk: what it may do, and what it is told from afar."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, current_app, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select

from admin import access
from admin.base_views import StaffView, attempted, reason_given
from admin.fields import kept_text
from admin.listing import as_uuid
from admin.views.kiosk_settings import choices, settings_given
from admin.views.kiosk_words import code_words, condition
from admin.views.kiosks import needs
from core.accounts import kiosk_orders
from core.accounts.models import Kiosk, KioskStatus
from core.booking.lock_out import lock_out
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.errors import NotFound, RuleBroken
from core.live.kiosks import call
from core.reporting.fleet import FleetKiosk, fleet


class KioskPage(StaffView):
    """What is ordered here reaches the device at once, or with its next heartbeat."""

    permission = "kiosks.manage"

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def everything(self) -> Any:
        """The page of all kiosks."""
        return redirect(url_for("kiosks.index_view"))

    @expose("/<kiosk_id>/")
    def page(self, kiosk_id: str) -> str:
        kiosk = own_kiosk(kiosk_id)
        offered = choices(kiosk.settings)
        spoken = [(code, words) for code, words, chosen in offered["languages"] if chosen]
        page = self.render(
            "admin/kiosk.html", kiosk=kiosk, offered=offered, spoken=spoken, code_words=code_words,
            condition=condition, needs=needs, until=_here(kiosk, now() + timedelta(hours=1)),
            latest=_here(kiosk, now() + timedelta(days=31)), message_end=_message_end(kiosk),
        )  # fmt: skip
        return str(page)

    @expose("/<kiosk_id>/now")
    def now(self, kiosk_id: str) -> str:
        """The part of the page that changes by itself."""
        words = {"code_words": code_words, "condition": condition, "needs": needs}
        return str(self.render("admin/parts/kiosk_now.html", kiosk=own_kiosk(kiosk_id), **words))

    @expose("/<kiosk_id>/change", methods=("POST",))
    def change(self, kiosk_id: str) -> Response:
        """Another name, other rights."""

        def deed(found: UUID) -> None:
            name = kept_text("name", 80) or "Kiosk"
            kiosk_orders.change(found, name, settings_given(), access.actor())

        return _told(kiosk_id, _("Saved. The kiosk does so from now on."), deed)

    @expose("/<kiosk_id>/message", methods=("POST",))
    def message(self, kiosk_id: str) -> Response:
        """Words on its screen until a moment."""
        kiosk = own_kiosk(kiosk_id)
        texts = {name[5:]: words for name, words in request.form.items() if name.startswith("text-")}
        return _told(
            kiosk_id,
            _("The message is shown."),
            lambda found: kiosk_orders.show_message(found, texts, _until(kiosk), access.actor()),
        )

    @expose("/<kiosk_id>/message/end", methods=("POST",))
    def end_message(self, kiosk_id: str) -> Response:
        """No message any more."""
        return _told(
            kiosk_id,
            _("The message is gone."),
            lambda found: kiosk_orders.take_message_away(found, access.actor()),
        )

    @expose("/<kiosk_id>/stop", methods=("POST",))
    def stop(self, kiosk_id: str) -> Response:
        """Out of order, with a reason."""
        return _told(
            kiosk_id,
            _("Out of order. Whoever is buying there may finish."),
            lambda found: kiosk_orders.put_out_of_order(found, reason_given(), access.actor()),
        )

    @expose("/<kiosk_id>/start", methods=("POST",))
    def start(self, kiosk_id: str) -> Response:
        """Back in service."""
        return _told(
            kiosk_id, _("Back in service."), lambda found: kiosk_orders.put_in_service(found, access.actor())
        )

    @expose("/<kiosk_id>/cash", methods=("POST",))
    def cash(self, kiosk_id: str) -> Response:
        """No cash, or cash again."""
        locked = request.form.get("locked") == "1"
        said = _("It takes no cash now.") if locked else _("It takes cash again.")
        return _told(kiosk_id, said, lambda found: kiosk_orders.lock_cash(found, locked, access.actor()))

    @expose("/<kiosk_id>/reload", methods=("POST",))
    def reload(self, kiosk_id: str) -> Response:
        """Load its page anew."""
        return _told(
            kiosk_id,
            _("It loads its page anew as soon as nobody is buying."),
            lambda found: kiosk_orders.ask_to_reload(found, access.actor()),
        )

    @expose("/<kiosk_id>/revoke", methods=("POST",))
    def revoke(self, kiosk_id: str) -> Response:
        """Lock a device out within seconds; a prepared one that nobody has claimed yet, too."""
        found, who = _in_scope(kiosk_id), access.actor()

        def deed() -> None:
            lock_out(found, who)
            call(current_app, found)

        return attempted(_("Locked out. The device sells nothing more."), url_for("kiosks.index_view"), deed)


def own_kiosk(kiosk_id: str) -> FleetKiosk:
    """A kiosk in service at one's own stations. Raises NotFound."""
    found = as_uuid(kiosk_id)
    shown = fleet(access.stations(), found) if found else []
    if not shown:
        raise NotFound
    return shown[0]


def _in_scope(kiosk_id: str) -> UUID:
    found, own = as_uuid(kiosk_id), access.stations()
    statement = select(Kiosk.id).where(Kiosk.id == found, Kiosk.status == KioskStatus.ACTIVE)
    if own:
        statement = statement.where(Kiosk.place_id.in_(own))
    known = db.session.scalar(statement) if found else None
    if known is None:
        raise NotFound
    return known


def _told(kiosk_id: str, words: str, deed: Callable[[UUID], Any]) -> Response:
    """Order it, let the device ask at once, and go back to its page."""
    kiosk = own_kiosk(kiosk_id)

    def work() -> None:
        deed(kiosk.id)
        call(current_app, kiosk.id)

    return attempted(words, url_for("kiosk_page.page", kiosk_id=kiosk.id), work)


def _until(kiosk: FleetKiosk) -> datetime:
    """The moment of the form, on the station's clock. Raises RuleBroken."""
    try:
        typed = datetime.fromisoformat(request.form.get("until", ""))
    except ValueError:
        raise RuleBroken(_("Please say until when."), code="bad_end", field="until") from None
    return typed if typed.tzinfo else typed.replace(tzinfo=ZoneInfo(kiosk.timezone))


def _here(kiosk: FleetKiosk, moment: datetime) -> str:
    """A moment as a date field takes it, on the station's clock."""
    return moment.astimezone(ZoneInfo(kiosk.timezone)).strftime("%Y-%m-%dT%H:%M")


def _message_end(kiosk: FleetKiosk) -> datetime | None:
    return datetime.fromisoformat(kiosk.message["until"]) if kiosk.message else None
