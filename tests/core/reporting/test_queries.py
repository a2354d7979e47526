"""Figures from the ledger and the seat locks, on sales that were really made."""

from datetime import timedelta
from uuid import UUID

import pytest

from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.reporting import load, queries
from core.reporting.attention import attention
from core.reporting.live import is_boarding_at, live_reservations
from core.reporting.office import Scope, office_timezone, staffed_stations
from core.reporting.seats import seat_claims
from tests.support.factories import ACTOR, CLERK, Office, make_office

#: One adult all the way: 25.00 and 1.00 booking fee, 6 % VAT contained in the fare.
WHOLE_WAY = 2600


def _sell(office: Office, *seats: int, first: int = 0, last: int = 5) -> UUID:
    holder = Holder("guest", f"g{first}{seats}", "Guest")
    held = reserve(office.ask(*seats, first=first, last=last), holder, ACTOR)
    return take_cash(held.reservation_id, holder, CLERK)


@pytest.fixture
def office(db_session) -> Office:
    return make_office()


@pytest.fixture
def scope(office: Office) -> Scope:
    return Scope(None, (), "Europe/Lisbon")


def test_revenue_of_a_day_is_what_travellers_paid(office: Office, scope: Scope) -> None:
    _sell(office, 0)
    _sell(office, 1, 2)
    today = scope.today()
    (row,) = queries.revenue_by_day(scope, today, today)
    assert (row.amount, row.sales, row.currency) == (3 * WHOLE_WAY, 2, "EUR")
    assert row.amount == row.fares + row.fees + row.taxes
    assert row.fees == 300
    assert sum(queries.revenue_by_hour(scope, today)["EUR"]) == 3 * WHOLE_WAY
    assert queries.tickets_sold(scope, today) == 3


def test_a_day_without_sales_has_no_row(office: Office, scope: Scope) -> None:
    today = scope.today()
    assert queries.revenue_by_day(scope, today - timedelta(days=9), today) == []
    assert queries.revenue_by_hour(scope, today) == {}
    assert queries.revenue_by_route(scope, today, today) == []


def test_days_begin_at_midnight_of_the_scopes_clock(office: Office, scope: Scope, clock) -> None:
    _sell(office, 0)
    far_east, far_west = (Scope(None, (), zone) for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"))
    days = {queries.revenue_by_day(each, each.today(), each.today())[0].day for each in (far_east, far_west)}
    assert len(days) == 2, "25 hours apart it is never the same day"


def test_revenue_by_route_names_route_and_operator(office: Office, scope: Scope) -> None:
    _sell(office, 0)
    (row,) = queries.revenue_by_route(scope, scope.today(), scope.today())
    assert (row.route_id, row.name, row.amount) == (office.route_id, "Lisboa – Porto", WHOLE_WAY)


def test_figures_keep_to_their_operator_and_stations(office: Office, scope: Scope) -> None:
    other = make_office()
    _sell(office, 0)
    _sell(office, 1, first=2)
    _sell(other, 0)
    today = scope.today()
    own = Scope(office.operator_id, (), scope.timezone)
    at_leiria = Scope(None, (office.places[2],), scope.timezone)
    assert sum(row.sales for row in queries.revenue_by_day(scope, today, today)) == 3
    assert queries.revenue_by_day(own, today, today)[0].sales == 2
    assert queries.revenue_by_day(at_leiria, today, today)[0].sales == 1
    assert queries.tickets_sold(at_leiria, today) == 1


def test_what_is_held_now_ends_with_its_time(office: Office, scope: Scope, clock) -> None:
    holder = Holder("kiosk", "k", "Kiosk 1")
    held = reserve(office.ask(0, 1, channel="kiosk"), holder, ACTOR)
    clock.move(minutes=4)
    now = queries.held_now(scope)
    assert (now.reservations, now.seats, now.oldest_seconds) == (1, 2, 240)
    (live,) = live_reservations(scope)
    assert (live.id, live.seats, live.seconds_left, live.origin, live.destination) == (
        held.reservation_id, ["1A", "1B"], 11 * 60, "Lisboa", "Porto",
    )  # fmt: skip
    assert attention().held == 1
    assert attention((office.places[4],)).held == 0
    clock.move(minutes=11)
    assert queries.held_now(scope).reservations == 0
    assert live_reservations(scope) == []


def test_a_reservation_belongs_to_where_its_travellers_board(office: Office) -> None:
    held = reserve(office.ask(0, first=1), Holder("guest", "g", "G"), ACTOR)
    assert is_boarding_at(held.reservation_id, ())
    assert is_boarding_at(held.reservation_id, (office.places[1],))
    assert not is_boarding_at(held.reservation_id, (office.places[0],))
    assert not is_boarding_at(office.schedule_id, ())


def test_load_counts_the_whole_run_and_at_a_station_its_own_leg(db_session) -> None:
    office = make_office(departs_in=timedelta(minutes=50))
    _sell(office, 0, 1, 2, first=0, last=1)
    reserve(office.ask(0, 1, 2, first=1, last=2), Holder("guest", "g", "G"), ACTOR)
    (everywhere,) = load.next_departures(Scope(None, (), "Europe/Lisbon"))
    assert (everywhere.places, everywhere.sold, everywhere.held) == (60, 3, 3)
    assert everywhere.percent == 10
    (here,) = load.next_departures(Scope(None, (office.places[0],), "Europe/Lisbon"))
    assert (here.places, here.sold, here.held, here.percent) == (12, 3, 0, 25)
    (second,) = load.next_departures(Scope(None, (office.places[1],), "Europe/Lisbon"))
    assert (second.sold_percent, second.held_percent, second.origin) == (0, 25, "Santarém")
    assert load.next_departures(Scope(None, (office.places[5],), "Europe/Lisbon")) == [], (
        "nobody boards at the end"
    )
    assert load.overall([everywhere]) == 10
    assert load.overall([]) is None


def test_claims_join_legs_of_one_sale(office: Office) -> None:
    _sell(office, 0, first=0, last=2)
    reserve(office.ask(0, first=2, last=5), Holder("guest", "g", "Bea"), ACTOR)
    first, second = seat_claims(office.schedule_id)
    assert (first.kind, first.from_position, first.to_position) == ("sold", 0, 2)
    assert first.reference
    assert (second.kind, second.from_position, second.to_position, second.holder) == ("hold", 2, 5, "Bea")


def test_an_office_speaks_the_time_of_most_of_its_operators(db_session) -> None:
    assert office_timezone() == "UTC"
    make_office()
    assert office_timezone() == "Europe/Lisbon"
    assert staffed_stations() == []
