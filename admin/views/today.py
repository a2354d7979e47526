"""The first page: today's figures, what needs someone, what leaves next and who is buying."""

from datetime import date, timedelta
from typing import Any

from flask_admin import AdminIndexView, expose
from flask_babel import gettext as _
from flask_babel import ngettext

from admin import access, formats
from admin.access import Guarded
from admin.menu import waiting
from admin.scope import picked
from admin.views.live import live_rows
from core.kernel.clock import now
from core.kernel.money import Money, to_major
from core.reporting import load, queries
from core.reporting.attention import Attention
from core.reporting.office import Scope


class Today(Guarded, AdminIndexView):
    """Figures first, then what needs a person, then lists; every figure opens its report."""

    lead = None

    @expose("/")
    def index(self) -> str:
        chosen = picked()
        scope = chosen.scope
        today = scope.today()
        money = access.may("reports.read")
        page = self.render(
            "admin/today.html",
            picked=chosen,
            day=today,
            figures=_figures(scope, today) if money else None,
            tickets=queries.tickets_sold(scope, today),
            held=queries.held_now(scope),
            departures=load.next_departures(scope),
            hour=_next_hour(scope),
            needs=needs(waiting()),
            total=waiting().total,
            live=live_rows(scope)[:8] if access.may("reservations.read") else None,
        )
        return str(page)


def _figures(scope: Scope, today: date) -> dict[str, Any]:
    """Revenue by hour of today and of the same weekday a week ago, in the currency that earns most."""
    now_hours = queries.revenue_by_hour(scope, today)
    then_hours = queries.revenue_by_hour(scope, today - timedelta(days=7))
    totals = {currency: sum(hours) for currency, hours in now_hours.items()}
    leading = max(totals, key=lambda c: totals[c], default=next(iter(then_hours), None))
    here = now().astimezone(scope.zone).hour
    then = then_hours.get(leading or "", [0] * 24)
    return {
        "totals": sorted(totals.items(), key=lambda item: -item[1]),
        "currency": leading,
        "change": _change(totals.get(leading or "", 0), sum(then[: here + 1])),
        "chart": hours_chart(now_hours.get(leading or "", [0] * 24), then, leading, here, today),
    }


def hours_chart(
    hours: list[int], then: list[int], currency: str | None, here: int, today: date
) -> dict[str, Any]:
    """What the chart of a day needs: labels, both series in major units, and their names."""
    busy = [hour for hour in range(24) if hours[hour] or then[hour]]
    first, last = min([*busy, 6, here]), max([*busy, 20, here])
    span = range(first, last + 1)
    shown = currency or "EUR"
    return {
        "kind": "hours",
        "labels": [f"{hour:02d}" for hour in span],
        "now": [_major(hours[hour], shown) if hour <= here else None for hour in span],
        "then": [_major(then[hour], shown) for hour in span],
        "names": [_("today"), _("last %(day)s", day=formats.day(today, "EEEE"))],
        "currency": currency,
    }


def _major(amount: int, currency: str) -> float:
    return float(to_major(Money(amount, currency)))  # for drawing only


def _change(now_total: int, then_total: int) -> int | None:
    """By how many per cent today is ahead of the same hours a week ago."""
    return None if then_total <= 0 else round(100 * (now_total - then_total) / then_total)


def _next_hour(scope: Scope) -> tuple[int | None, int]:
    soon = load.next_departures(scope, most=200, hours=1)
    return load.overall(soon), len(soon)


def needs(about: Attention) -> list[tuple[str, str]]:
    """What needs someone, in a few words each, with the page where it is looked after."""
    words = [
        (
            about.payments,
            "reconciliation",
            ngettext(
                "%(num)s gateway message fits nothing", "%(num)s gateway messages fit nothing", about.payments
            ),
        ),
        (
            about.refunds,
            "refunds",
            ngettext("%(num)s refund failed", "%(num)s refunds failed", about.refunds),
        ),
        (about.messages, "messages", ngettext("%(num)s mail failed", "%(num)s mails failed", about.messages)),
        (about.pairing, "kiosks", ngettext("%(num)s kiosk waits", "%(num)s kiosks wait", about.pairing)),
        (
            about.shifts,
            "shifts",
            ngettext("%(num)s drawer waits for approval", "%(num)s drawers wait for approval", about.shifts),
        ),
        (about.silent, "kiosks", ngettext("%(num)s kiosk silent", "%(num)s kiosks silent", about.silent)),
    ]
    return [(f"/admin/{page}/", sentence) for count, page, sentence in words if count]
