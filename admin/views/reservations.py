"""Live reservations: who holds which seats for how long, and the release of one that is stuck."""

from typing import Any

from flask import Response, jsonify, request, url_for
from flask_admin import expose
from flask_babel import gettext as _

from admin import access
from admin.base_views import StaffView, attempted
from admin.fields import kept_text
from admin.listing import as_uuid
from admin.scope import picked
from admin.views.live import live_rows
from core.booking.cancel import release as release_hold
from core.kernel.errors import NotFound
from core.reporting.live import is_boarding_at


class Reservations(StaffView):
    """The list refreshes itself every two seconds; a release needs a reason and is in the activity log."""

    permission = "reservations.read"

    @expose("/")
    def index(self) -> str:
        chosen = picked()
        return str(self.render("admin/reservations.html", picked=chosen, live=live_rows(chosen.scope)))

    @expose("/live.json")
    def live(self) -> Response:
        """The rows as the page's script reads them."""
        most = request.args.get("most", 500, type=int)
        rows = live_rows(picked().scope)
        return jsonify({"count": len(rows), "rows": rows[: max(0, most)]})

    @expose("/<reservation_id>/release", methods=("POST",))
    def release(self, reservation_id: str) -> Any:
        """Free the seats of a hold; the reason is mandatory."""
        access.require("reservations.release")
        found = as_uuid(reservation_id)
        if found is None or not is_boarding_at(found, access.stations()):
            raise NotFound(_("There is no such reservation."))
        back = url_for("reservations.index")
        who = access.actor()
        return attempted(
            _("Released. The seats are free again."),
            back,
            lambda: release_hold(found, who, kept_text("reason", 300)),
        )
