"""What the office cannot settle by itself about money, kind by kind, with what to do about it."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin import access
from admin.base_views import StaffView, attempted, reason_given
from admin.listing import as_uuid
from core.booking.stray import give_back_stray
from core.kernel.errors import NotFound
from core.payments.exceptions import exceptions, put_aside
from core.payments.refunds import try_again
from core.till.hand_out_owed import hand_out_owed

_MOST = 200

#: Kind -> its name, and what it means and asks for. The gravest first.
KINDS = {
    "paid_without_booking": (
        _l("Paid without a booking"),
        _l(
            "Money came and bought nothing, and nothing goes back. This should never happen: give it back, and report it."
        ),
    ),
    "gateway_disagrees": (
        _l("The gateway disagrees"),
        _l(
            "It says that a payment failed which it had called paid. Look it up there, then put the message aside."
        ),
    ),
    "parked_message": (
        _l("Messages that fit nothing"),
        _l(
            "A gateway tells of a payment that is not known here. Look it up there; perhaps another program made it."
        ),
    ),
    "refund_failed": (
        _l("Refunds that failed"),
        _l(
            "The gateway would not give the money back, however often it was asked. The customer still waits: find out why "
            "there, then try again. The same refund is never paid out twice."
        ),
    ),
    "refund_pending": (
        _l("Refunds that take long"),
        _l(
            "The gateway has not said for fifteen minutes that the money is on its way. It is asked again by itself; "
            "you can ask it now."
        ),
    ),
    "part_without_rest": (
        _l("Parts that wait"),
        _l(
            "One part of a price came and the rest did not, and it has not gone back by itself: is cron running?"
        ),
    ),
    "cash_owed": (
        _l("Cash that a kiosk could not give back"),
        _l(
            "Its cash box was stuck or had too little change. The traveller has a slip with this code, or a photo of it: "
            "give the money at the counter, and say here that you did."
        ),
    ),
    "cash_stray": (
        _l("Cash of nobody known"),
        _l("A kiosk's cash box tells of money for a payment that is not known here. Look into the machine."),
    ),
    "cash_not_collected": (
        _l("Cash that nobody collected"),
        _l(
            "A refund lies in the drawer for more than a day. Hand it out at the booking when the customer comes."
        ),
    ),
}


class Reconciliation(StaffView):
    """Exceptions have no station: whoever works at some only is not shown them."""

    permission = "payments.read"
    lead = _l(
        "Everything about money that needs a person. All else is settled by itself, and the books balance."
    )

    @expose("/")
    def index(self) -> str:
        found = exceptions(_MOST) if not access.stations() else []
        groups = [
            (name, meaning, [each for each in found if each.kind == kind])
            for kind, (name, meaning) in KINDS.items()
        ]
        shown = [group for group in groups if group[2]]
        return str(
            self.render(
                "admin/reconciliation.html",
                groups=shown,
                limited=bool(access.stations()),
                more=len(found) == _MOST,
                may_settle=access.may("payments.refund"),
                may_hand_out=access.may("bookings.cancel"),
            )
        )

    @expose("/refunds/<refund_id>/try-again", methods=("POST",))
    def try_again(self, refund_id: str) -> Any:
        """Ask the gateway about a refund now; what is dead comes to life again."""
        found, who = self._named(refund_id), access.actor()
        return attempted(
            _("The gateway was asked again. What it said is in the activity log."),
            url_for("reconciliation.index"),
            lambda: try_again(found, who),
        )

    @expose("/payments/<payment_id>/give-back", methods=("POST",))
    def give_back(self, payment_id: str) -> Any:
        """Money that bought nothing goes back to who paid it."""
        found, who = self._named(payment_id), access.actor()
        return attempted(
            _("The money is on its way back, and the customer is told."),
            url_for("reconciliation.index"),
            lambda: give_back_stray(found, reason_given(), who),
        )

    @expose("/cash/<payment_id>/handed-out", methods=("POST",))
    def handed_out(self, payment_id: str) -> Any:
        """What a kiosk could not give back was given at the counter."""
        access.require("bookings.cancel")
        found, who = as_uuid(payment_id), access.actor()
        if found is None or access.stations():
            raise NotFound
        return attempted(
            _("Handed out, and noted."),
            url_for("reconciliation.index"),
            lambda: hand_out_owed(found, who),
        )

    @expose("/messages/<event_id>/put-aside", methods=("POST",))
    def put_aside(self, event_id: str) -> Any:
        """A message was looked after: take it off the list, and say why."""
        found, who = self._named(event_id), access.actor()
        return attempted(
            _("Put aside. The message is kept."),
            url_for("reconciliation.index"),
            lambda: put_aside(found, who, reason_given()),
        )

    def _named(self, text: str) -> UUID:
        """What is named, for those who may settle it. Raises Forbidden, NotFound."""
        access.require("payments.refund")
        found = as_uuid(text)
        if found is None or access.stations():
            raise NotFound
        return found
