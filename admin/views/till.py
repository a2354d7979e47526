"""A drawer at work: count the float and open, put in and take out, count blind and close. One's own, or a kiosk's."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.validators import ValidationError

from admin import access
from admin.base_views import StaffView, attempted, reason_given
from admin.fields import read_amount
from admin.listing import as_uuid
from core.accounts.models import Kiosk, KioskStatus, User
from core.accounts.rules import require_scope
from core.kernel.db import db
from core.kernel.errors import DomainError, NotFound, RuleBroken
from core.reporting.office import currencies, staffed_stations
from core.till.close import close_shift
from core.till.denominations import denominations
from core.till.drawer import Drawer
from core.till.models import Shift
from core.till.move import move_cash
from core.till.open import Opening, open_shift
from core.till.queries import open_shift_at
from core.till.words import DrawerKind, MovementKind

_PIECES = "pieces-"


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawer that a page is about, what people call it, and where its page is."""

    drawer: Drawer
    name: str
    own: bool
    url: str


class Till(StaffView):
    """Nobody sees what should be in the drawer before saying what is."""

    permission = "till.own"

    @expose("/")
    def index(self) -> Any:
        """The drawer of the person who is signed in."""
        return self._page(_own())

    @expose("/<kind>/<drawer_id>/")
    def of_drawer(self, kind: str, drawer_id: str) -> Any:
        """A kiosk's cash box, or a colleague's drawer."""
        return self._page(_desk(kind, drawer_id))

    @expose("/<kind>/<drawer_id>/open", methods=("POST",))
    def open(self, kind: str, drawer_id: str) -> Any:
        """Open a shift with the counted float."""
        desk, who = _desk(kind, drawer_id), access.actor()
        currency = request.form.get("currency", "")
        try:
            if currency not in currencies():
                raise RuleBroken(_("Please choose a currency."), code="bad_currency")
            wanted = Opening(desk.drawer, currency, counted(currency), _place())
            open_shift(wanted, who)
        except DomainError as error:
            return self._page(desk, error)
        return _back(desk)

    @expose("/<kind>/<drawer_id>/move", methods=("POST",))
    def move(self, kind: str, drawer_id: str) -> Any:
        """Cash put in or taken out, and why."""
        desk, who = _desk(kind, drawer_id), access.actor()
        shift = _open_shift(desk)
        into = request.form.get("kind") == MovementKind.PUT_IN
        found, currency = shift.id, shift.currency

        def deed() -> None:
            way = MovementKind.PUT_IN if into else MovementKind.TAKEN_OUT
            move_cash(found, way, _amount(currency), reason_given(), who)

        return attempted(_("Noted: put in.") if into else _("Noted: taken out."), desk.url, deed)

    @expose("/<kind>/<drawer_id>/close", methods=("POST",))
    def close(self, kind: str, drawer_id: str) -> Any:
        """Close with what was counted; then the report is shown."""
        desk, who = _desk(kind, drawer_id), access.actor()
        shift = _open_shift(desk)
        found = shift.id
        try:
            close_shift(found, counted(shift.currency), who)
        except DomainError as error:
            return self._page(desk, error)
        return redirect(url_for("shifts.report", shift_id=found), 303)

    def _page(self, desk: Desk, problem: DomainError | None = None) -> Response | str:
        shift = open_shift_at(desk.drawer)
        known = currencies()
        asked = request.values.get("currency", "")
        currency = shift.currency if shift else asked if asked in known else next(iter(known), "EUR")
        page = self.render(
            "admin/till.html",
            desk=desk,
            shift=shift,
            currency=currency,
            currencies=known,
            stations=_stations() if desk.drawer.kind == DrawerKind.CLERK else [],
            denominations=denominations(currency),
            given={each: request.form.get(f"{_PIECES}{each}", "")[:6] for each in denominations(currency)},
            problem=problem.message if problem else None,
        )
        return Response(page, problem.status) if problem else str(page)


def counted(currency: str) -> dict[int, int]:
    """The pieces that the form gives, by denomination; nothing typed is none. Raises RuleBroken."""
    pieces = {}
    for each in denominations(currency):
        text = request.form.get(f"{_PIECES}{each}", "").strip() or "0"
        if not text.isascii() or not text.isdecimal() or len(text) > 6:
            raise RuleBroken(_("Please give whole numbers of pieces."), code="bad_count", field="count")
        pieces[each] = int(text)
    return pieces


def _own() -> Desk:
    return Desk(Drawer(DrawerKind.CLERK, current_user.id), current_user.name, True, url_for("till.index"))


def _desk(kind: str, drawer_id: str) -> Desk:
    """The drawer of an address. Raises NotFound, Forbidden (not one's own, or of another station)."""
    found = as_uuid(drawer_id)
    if found is None or kind not in set(DrawerKind):
        raise NotFound(_("There is no such drawer."))
    if (kind, found) == (DrawerKind.CLERK, current_user.id):
        return _own()
    access.require("till.manage")
    name, place = _kiosk(found) if kind == DrawerKind.KIOSK else _clerk(found)
    if place or access.stations():
        require_scope(access.stations(), [place] if place else [])
    drawer = Drawer(DrawerKind(kind), found)
    return Desk(drawer, name, False, url_for("till.of_drawer", kind=kind, drawer_id=found))


def _kiosk(kiosk_id: UUID) -> tuple[str, UUID | None]:
    kiosk = db.session.get(Kiosk, kiosk_id)
    if kiosk is None or kiosk.status == KioskStatus.PENDING:
        raise NotFound(_("There is no such drawer."))
    return kiosk.name, kiosk.place_id


def _clerk(user_id: UUID) -> tuple[str, UUID | None]:
    """A colleague's drawer is there for others only while its shift is open: to be counted for them."""
    user, shift = db.session.get(User, user_id), open_shift_at(Drawer(DrawerKind.CLERK, user_id))
    if user is None or shift is None:
        raise NotFound(_("There is no such drawer."))
    return user.name, shift.place_id


def _open_shift(desk: Desk) -> Shift:
    shift = open_shift_at(desk.drawer)
    if shift is None:
        raise NotFound(_("No shift is open at this drawer."))
    return shift


def _stations() -> list[tuple[str, str]]:
    own = access.stations()
    return [(str(place), name) for place, name, _zone in staffed_stations() if not own or place in own]


def _place() -> UUID | None:
    """The station of the form, if it is one of the person's; the only one they have when none was chosen."""
    known = [place for place, _name in _stations()]
    asked = request.form.get("station", "")
    return as_uuid(asked) if asked in known else as_uuid(known[0]) if len(known) == 1 else None


def _amount(currency: str) -> int:
    try:
        return read_amount(request.form.get("amount"), currency)
    except ValidationError as error:
        raise RuleBroken(str(error), field="amount") from None


def _back(desk: Desk) -> Any:
    return redirect(desk.url, 303)
