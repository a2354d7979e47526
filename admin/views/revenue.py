"""Revenue by day and by route, from the ledger."""

from datetime import date, timedelta
from typing import Any

from flask import request
from flask_admin import expose
from flask_babel import gettext as _

from admin import formats
from admin.base_views import StaffView
from admin.listing import BadFilter, as_date
from admin.scope import picked
from core.kernel.money import Money, to_major
from core.reporting import queries
from core.reporting.queries import DayRevenue, RouteRevenue

#: The longest span that the page shows.
_MOST_DAYS = 366
_USUAL_DAYS = 30


class Revenue(StaffView):
    """Thirty days unless others are asked for; one currency at a time."""

    permission = "reports.read"

    @expose("/")
    def index(self) -> str:
        chosen = picked()
        first, last, problem = _span(chosen.scope.today())
        days = queries.revenue_by_day(chosen.scope, first, last)
        routes = queries.revenue_by_route(chosen.scope, first, last, most=50)
        currencies = by_size(days)
        asked = request.args.get("currency", "")
        currency = asked if asked in currencies else next(iter(currencies), None)
        days = [day for day in days if day.currency == currency]
        routes = [route for route in routes if route.currency == currency][:20]
        page = self.render(
            "admin/revenue.html",
            picked=chosen,
            first=first,
            last=last,
            problem=problem,
            currencies=currencies,
            currency=currency,
            days=days,
            routes=routes,
            sums={
                name: sum(getattr(day, name) for day in days)
                for name in ("amount", "fares", "fees", "taxes", "sales")
            },
            days_chart=days_chart(days, first, last, currency) if currency else None,
            routes_chart=routes_chart(routes[:10]) if currency else None,
        )
        return str(page)


def by_size(days: list[DayRevenue]) -> list[str]:
    """The currencies with revenue, the one that sold most first."""
    sales: dict[str, int] = {}
    for day in days:
        sales[day.currency] = sales.get(day.currency, 0) + day.sales
    return sorted(sales, key=lambda currency: (-sales[currency], currency))


def days_chart(days: list[DayRevenue], first: date, last: date, currency: str) -> dict[str, Any]:
    """One bar a day, also for days without revenue."""
    known = {day.day: day.amount for day in days}
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {
        "kind": "days",
        "labels": [formats.day(each, "d MMM") for each in span],
        "now": [float(to_major(Money(known.get(each, 0), currency))) for each in span],
        "names": [_("Revenue")],
    }


def routes_chart(routes: list[RouteRevenue]) -> dict[str, Any]:
    """One bar a route, best first."""
    return {
        "kind": "routes",
        "labels": [(route.name or _("without a route"))[:26] for route in routes],
        "now": [float(to_major(Money(route.amount, route.currency))) for route in routes],
        "names": [_("Revenue")],
    }


def _span(today: date) -> tuple[date, date, str | None]:
    last, first = today, today - timedelta(days=_USUAL_DAYS - 1)
    try:
        if request.args.get("to"):
            last = as_date(request.args["to"])
            first = last - timedelta(days=_USUAL_DAYS - 1)
        if request.args.get("from"):
            first = as_date(request.args["from"])
    except BadFilter as fault:
        return today - timedelta(days=_USUAL_DAYS - 1), today, str(fault)
    if first > last:
        return last, first, None
    if (last - first).days >= _MOST_DAYS:
        return (
            last - timedelta(days=_MOST_DAYS - 1),
            last,
            _("Showing the last %(days)s days of that span.", days=_MOST_DAYS),
        )
    return first, last, None
