"""What the office cannot settle by itself about money, kind by kind, with what to do about it."""

from typing import Any

from flask import url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin import access
from admin.base_views import StaffView, attempted, reason_given
from admin.listing import as_uuid
from core.kernel.errors import NotFound
from core.payments.exceptions import exceptions, put_aside

_MOST = 200

#: Kind -> its name, and what it means and asks for. The gravest first.
KINDS = {
    "paid_without_booking": (
        _l("Paid without a booking"),
        _l(
            "Money came and bought nothing, and nothing goes back. This should never happen: please report it."
        ),
    ),
    "gateway_disagrees": (
        _l("The gateway disagrees"),
        _l("It says that a payment failed which it had called paid. Look the payment up there."),
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
            "The gateway refused to give the money back. The customer still waits: give it back by another way."
        ),
    ),
    "refund_pending": (
        _l("Refunds that take long"),
        _l(
            "The gateway has not said for fifteen minutes that the money is on its way. It is asked again by itself."
        ),
    ),
    "part_without_rest": (
        _l("Parts that wait"),
        _l(
            "One part of a price came and the rest did not, and it has not gone back by itself: is cron running?"
        ),
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
            )
        )

    @expose("/messages/<event_id>/put-aside", methods=("POST",))
    def put_aside(self, event_id: str) -> Any:
        """A message was looked after: take it off the list, and say why."""
        access.require("payments.refund")
        found, who = as_uuid(event_id), access.actor()
        if found is None or access.stations():
            raise NotFound
        return attempted(
            _("Put aside. The message is kept."),
            url_for("reconciliation.index"),
            lambda: put_aside(found, who, reason_given()),
        )
