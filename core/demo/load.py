"""Fills an empty office: the Romanian railway timetable (feed/SOURCE.md) moved to today, prices, an admin, a kiosk and a
few sales.

Each step can be done twice, so a start that was interrupted goes on at the next one. An office that somebody has begun
to use is left alone, except that a demo whose timetable runs out is given the coming weeks.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import func, select, text

from core.accounts.models import User
from core.demo.people import ADMIN_EMAIL, ensure_admin, ensure_agent, ensure_kiosk
from core.demo.prices import set_prices
from core.demo.sales import sell_some
from core.demo.till import CLERK_EMAIL, clerk_at_work, end_of_work, open_tills
from core.kernel.clock import now
from core.kernel.db import db, transaction
from core.kernel.settings import Settings
from core.timetable.gtfs.business import scoped_code
from core.timetable.gtfs.service import import_feed
from core.timetable.gtfs.window import Options
from core.timetable.models import Operator, Place, Schedule

FEED = Path(__file__).parent / "feed" / "romania-rail-2026.zip"
FEED_CODE = "ro-rail"
#: Bucharest North, the busiest station of the feed.
MAIN_STATION = "10017"
DAYS = 21
#: When fewer days than this are left, the next start brings the coming weeks.
FEWEST_DAYS = 10

Say = Callable[[str], None]


def load_demo(settings: Settings, say: Say = click.echo) -> None:
    """Fill an empty office, inside an application context. Takes seconds; does nothing to an office in use."""
    if is_loaded():
        _go_on(say)
        ensure_agent(settings)
    elif _is_empty():
        _load(settings, say)


def is_loaded() -> bool:
    """Whether the demo was loaded whole: its admin comes last."""
    found = db.session.execute(select(User.id).where(func.lower(User.email) == ADMIN_EMAIL)).first()
    return found is not None and main_station() is not None


def main_station() -> UUID | None:
    """The station where the demo's kiosk stands, None when there is no demo."""
    code = scoped_code(FEED_CODE, MAIN_STATION, 80)
    return db.session.execute(select(Place.id).where(Place.code == code)).scalar()


def _is_empty() -> bool:
    """No operator but the demo's own: somebody else's office is never touched."""
    strangers = select(Operator.id).where(~Operator.code.startswith(f"{FEED_CODE}:"))
    users = select(User.id).where(func.lower(User.email) != CLERK_EMAIL)
    return db.session.execute(strangers).first() is None and db.session.execute(users).first() is None


def _load(settings: Settings, say: Say) -> None:
    say("Loading the demo: Romanian railways, moved to today, with invented prices …")
    _import()
    station = main_station()
    if station is None:
        raise RuntimeError("the demo feed has lost its main station")
    _place_platforms(station)
    set_prices(FEED_CODE)
    clerk = clerk_at_work(station)
    end_of_work(clerk, sell_some(station, clerk))
    ensure_kiosk(station)
    ensure_agent(settings)
    ensure_admin(settings)
    open_tills(station)


def _go_on(say: Say) -> None:
    last: date | None = db.session.execute(
        select(func.max(Schedule.service_date)).where(func.starts_with(Schedule.source_key, f"{FEED_CODE}:"))
    ).scalar()
    station = main_station()
    if station:
        open_tills(station)
    if station and last and last < now().date() + timedelta(days=FEWEST_DAYS):
        say("Giving the demo the timetable of the coming weeks …")
        _import()
        _place_platforms(station)


def _import() -> None:
    db.session.rollback()
    import_feed(FEED, Options(FEED_CODE, days=DAYS, shift_to_today=True, currency="RON"))


#: The feed knows no platforms. Each route of the main station gets one of 14 of its own, for good.
_PLATFORMS = text("""
UPDATE schedules s SET platform = 1 + abs(hashtext(r.code)) % 14
FROM routes r, pattern_stops p
WHERE r.id = s.route_id AND p.pattern_id = s.pattern_id AND p.position = 0 AND p.place_id = :station
  AND s.platform IS NULL AND s.departure_at > app_now()
""")


def _place_platforms(station: UUID) -> None:
    with transaction() as session:
        session.execute(_PLATFORMS, {"station": station})
