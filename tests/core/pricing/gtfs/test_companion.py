"""Fares that come in with a feed: from the files to the price at which a seat is held."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from core.booking.requests import Held, HoldRequest, PassengerRequest
from core.booking.reserve import reserve
from core.inventory.queries import seat_map
from core.kernel.activity import SYSTEM
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.money import Money
from core.pricing.gtfs import companion
from core.pricing.gtfs.companion import FeedFares
from core.pricing.queries import price_from, quote_for
from core.pricing.rules import NoPrice
from core.pricing.service import TariffTerms, set_fare, set_passenger_fare, set_tariff
from core.timetable.gtfs.findings import BrokenFeed, Level
from core.timetable.gtfs.report import Report
from core.timetable.gtfs.service import import_feed
from core.timetable.gtfs.window import Options
from core.timetable.models import Operator, Place, Route
from core.timetable.queries import Departure, search
from tests.support.factories import ACTOR, ALICE, BOB
from tests.support.feeds import Files, real_feed, small_feed, zipped

pytestmark = pytest.mark.usefixtures("db_session")

ATTRIBUTES = "fare_id,price,currency_type,payment_method,transfers\n"
RULES = "fare_id,route_id,origin_id,destination_id,contains_id\n"
TYPES = ("adult", "child", "senior")


def tomorrow() -> date:
    return now().date() + timedelta(days=1)


def zoned_feed(*, zones: str = "1,2,3", **files: str) -> Files:
    """The small feed with a zone for each of its three stops; `fare_rules="..."` means fare_rules.txt."""
    feed = small_feed(tomorrow())
    ash, bex, cor = zones.split(",")
    feed["stops.txt"] = (
        "stop_id,stop_name,stop_lat,stop_lon,zone_id\n"
        f"ash,Ashford,45.0,25.0,{ash}\nbex,Bexley,45.0,25.5,{bex}\ncor,Corby,45.0,26.0,{cor}\n"
    )
    return feed | {f"{name}.txt": content for name, content in files.items()}


def bring_in(tmp_path: Path, files: Files) -> Report:
    report = import_feed(
        zipped(tmp_path / "line.zip", files),
        Options("line", first=tomorrow(), days=3),
        companion=FeedFares(),
    )
    db.session.rollback()
    return report


def place(feed: str, stop: str) -> Any:
    return db.session.execute(select(Place.id).where(Place.code == f"{feed}:{stop}")).scalar_one()


def connection(feed: str, origin: str, destination: str) -> Departure:
    """The first departure between two stops in the coming days."""
    for day in range(1, 12):
        found = search(place(feed, origin), place(feed, destination), tomorrow() + timedelta(days=day - 1))
        if found:
            return found[0]
    raise AssertionError("nothing runs")


def fare(origin: str, destination: str, passenger_type: str = "adult", feed: str = "line") -> int | None:
    """What one passenger's fare line comes to; None when nothing can be sold."""
    stretch = connection(feed, origin, destination).stretch
    seat = seat_map(*stretch).seats[0]
    try:
        quote = quote_for(*stretch, [(seat.id, passenger_type)])
    except NoPrice:
        return None
    return quote.lines[0].amount


def codes(report: Report, level: Level) -> set[str]:
    return {code for found, code in report.findings.counts if found is level}


# -- fares v1 -------------------------------------------------------------------------------------------


def test_a_flat_fare_holds_everywhere_and_gives_a_new_operator_its_currency(tmp_path: Path) -> None:
    report = bring_in(tmp_path, zoned_feed(fare_attributes=ATTRIBUTES + "p,12.50,EUR,1,0\n"))
    assert db.session.execute(select(Operator.currency)).scalar_one() == "EUR"
    assert (fare("ash", "bex"), fare("ash", "cor")) == (1250, 1250)
    assert report.tallies["fares"].new == 3, "a row for each pair of zones"


def test_a_flat_fare_of_stops_without_zones_is_one_row(tmp_path: Path) -> None:
    files = small_feed(tomorrow()) | {"fare_attributes.txt": ATTRIBUTES + "p,12.50,EUR,1,0\n"}
    assert bring_in(tmp_path, files).tallies["fares"].new == 1
    assert fare("ash", "cor") == 1250


def test_a_fare_by_zones_holds_from_one_to_the_other_only(tmp_path: Path) -> None:
    bring_in(
        tmp_path,
        zoned_feed(
            fare_attributes=ATTRIBUTES + "near,5,RON,1,0\nfar,9,RON,1,0\n",
            fare_rules=RULES + "near,R1,1,2,\nnear,R1,2,3,\nfar,,1,3,\n",
        ),
    )
    assert (fare("ash", "bex"), fare("bex", "cor"), fare("ash", "cor")) == (500, 500, 900)


def test_a_fare_from_a_zone_or_to_a_zone_leaves_the_other_end_open(tmp_path: Path) -> None:
    bring_in(
        tmp_path,
        zoned_feed(
            fare_attributes=ATTRIBUTES + "from,5,RON,1,0\nto,9,RON,1,0\n",
            fare_rules=RULES + "from,,1,,\nto,,,3,\n",
        ),
    )
    assert (fare("ash", "bex"), fare("bex", "cor")) == (500, 900)
    assert fare("ash", "cor") == 500, "both hold: the cheaper one is asked"


def test_a_fare_that_contains_zones_holds_for_journeys_through_exactly_these(tmp_path: Path) -> None:
    bring_in(
        tmp_path,
        zoned_feed(
            fare_attributes=ATTRIBUTES + "two,5,RON,1,0\nall,9,RON,1,0\n",
            fare_rules=RULES + "two,R1,,,1\ntwo,R1,,,2\nall,R1,,,1\nall,R1,,,2\nall,R1,,,3\n",
        ),
    )
    assert (fare("ash", "bex"), fare("bex", "cor"), fare("ash", "cor")) == (500, None, 900)


def test_rules_for_another_route_do_not_hold_and_the_route_without_a_fare_is_named(tmp_path: Path) -> None:
    report = bring_in(
        tmp_path,
        zoned_feed(
            routes="route_id,agency_id,route_short_name,route_type\nR1,A,1,3\nR2,A,2,3\n",
            fare_attributes=ATTRIBUTES + "p,5,RON,1,0\n",
            fare_rules=RULES + "p,R2,,,\n",
        ),
    )
    assert fare("ash", "bex") is None
    assert "no_fare" in codes(report, Level.NOTE)


def test_what_is_promised_beside_the_price_and_not_kept_is_said(tmp_path: Path) -> None:
    report = bring_in(tmp_path, zoned_feed(fare_attributes=ATTRIBUTES + "p,5,RON,0,\n"))
    assert {"paid_on_board", "transfers"} <= codes(report, Level.NOTE)


def test_fares_for_types_are_asked_of_these_types(tmp_path: Path) -> None:
    report = bring_in(
        tmp_path,
        zoned_feed(
            fare_attributes=ATTRIBUTES + "adult_day,10,RON,1,0\nchild_day,0,RON,1,0\nstudent_day,5,RON,1,0\n"
        ),
    )
    assert [fare("ash", "bex", kind) for kind in TYPES] == [1000, 0, 1000]
    assert "passenger_type_unknown" in codes(report, Level.SKIPPED)


def test_staffs_own_fare_and_reductions_go_before_the_feeds(tmp_path: Path) -> None:
    bring_in(tmp_path, zoned_feed(fare_attributes=ATTRIBUTES + "adult,10,RON,1,0\nchild,7,RON,1,0\n"))
    operator = db.session.execute(select(Operator.id)).scalar_one()
    route = db.session.execute(select(Route.id)).scalar_one()
    ash, bex = place("line", "ash"), place("line", "bex")
    db.session.rollback()
    set_tariff(operator, TariffTerms(99, 99, booking_fee=50), SYSTEM)
    set_passenger_fare(operator, "senior", 50, SYSTEM)
    assert [fare("ash", "bex", kind) for kind in TYPES] == [1000, 700, 500]
    db.session.rollback()
    set_fare(route, ash, bex, 800, SYSTEM)
    assert [fare("ash", "bex", kind) for kind in TYPES] == [800, 800, 400]
    assert fare("bex", "cor") == 1000


@pytest.mark.parametrize(
    ("attributes", "rules", "code"),
    [
        ("p,12.505,EUR,1,0", "", "bad_price"),
        ("p,-3,EUR,1,0", "", "bad_price"),
        ("p,1e3,EUR,1,0", "", "bad_price"),
        ("p,100.50,JPY,1,0", "", "bad_price"),
        ("p,99999999999,EUR,1,0", "", "bad_price"),
        ("p,,EUR,1,0", "", "bad_price"),
        ("p,3,EURO,1,0", "", "bad_currency"),
        ("p,3,EUR,1,0", "q,R1,,,", "unknown_fare"),
        ("p,3,EUR,1,0", "p,R9,,,", "unknown_route"),
        ("p,3,EUR,1,0", "p,R1,mars,venus,", "unknown_zone"),
    ],
)
def test_what_cannot_be_asked_is_left_out_with_its_reason(
    tmp_path: Path, attributes: str, rules: str, code: str
) -> None:
    files = {"fare_attributes": ATTRIBUTES + attributes + "\n", "fare_rules": RULES + rules + "\n"}
    report = bring_in(
        tmp_path, zoned_feed(**files if rules else {"fare_attributes": files["fare_attributes"]})
    )
    assert code in codes(report, Level.SKIPPED)
    if code != "unknown_fare":
        assert fare("ash", "bex") is None


def test_a_fare_that_is_there_twice_refuses_the_feed_and_nothing_of_it_is_stored(tmp_path: Path) -> None:
    with pytest.raises(BrokenFeed) as caught:
        bring_in(tmp_path, zoned_feed(fare_attributes=ATTRIBUTES + "p,3,EUR,1,0\np,4,EUR,1,0\n"))
    assert "fare_attributes.txt, line 3" in caught.value.message
    assert db.session.execute(text("SELECT count(*) FROM operators")).scalar_one() == 0


def test_a_fare_in_a_currency_that_the_operator_does_not_sell_in_is_left_out(tmp_path: Path) -> None:
    bring_in(tmp_path, zoned_feed())
    report = bring_in(tmp_path, zoned_feed(fare_attributes=ATTRIBUTES + "p,3,EUR,1,0\n"))
    assert "fare_currency" in codes(report, Level.SKIPPED)
    assert fare("ash", "bex") is None


def test_a_header_that_names_only_the_first_columns_is_read_in_the_references_order(tmp_path: Path) -> None:
    report = bring_in(
        tmp_path,
        zoned_feed(
            zones=",,",
            fare_attributes=ATTRIBUTES + "near,5,RON,1,0\nfar,9,RON,1,0\n",
            fare_rules="fare_id,route_id\nnear,R1,P1,P2\nnear,R1,P2,P3\nfar,R1,P1,P3\n",
        ),
    )
    assert {"unnamed_columns", "numbered_zones"} <= codes(report, Level.NOTE)
    assert (fare("ash", "bex"), fare("ash", "cor")) == (500, 900)


def test_importing_again_follows_the_feed_and_nothing_else(tmp_path: Path) -> None:
    rules = RULES + "near,R1,1,2,\nfar,R1,1,3,\n"
    first = zoned_feed(fare_attributes=ATTRIBUTES + "near,5,RON,1,0\nfar,9,RON,1,0\n", fare_rules=rules)
    bring_in(tmp_path, first)
    terms = db.session.execute(select(Operator.terms_version)).scalar_one()
    db.session.rollback()

    again = bring_in(tmp_path, first).tallies["fares"]
    assert (again.new, again.changed, again.unchanged, again.removed) == (0, 0, 2, 0)
    assert db.session.execute(select(Operator.terms_version)).scalar_one() == terms
    db.session.rollback()

    dearer = first | {"fare_attributes.txt": ATTRIBUTES + "near,6,RON,1,0\nfar,9,RON,1,0\n"}
    changed = bring_in(tmp_path, dearer).tallies["fares"]
    assert (changed.changed, changed.unchanged) == (1, 1)
    assert db.session.execute(select(Operator.terms_version)).scalar_one() > terms
    assert fare("ash", "bex") == 600

    assert bring_in(tmp_path, zoned_feed()).tallies["fares"].removed == 2
    assert fare("ash", "bex") is None


def test_an_offer_that_was_remembered_is_not_sold_at_the_fare_of_yesterday(tmp_path: Path) -> None:
    first = zoned_feed(fare_attributes=ATTRIBUTES + "p,5,RON,1,0\n")
    bring_in(tmp_path, first)
    found = connection("line", "ash", "bex")
    assert hold(found, "adult").quote.total == 500
    bring_in(tmp_path, first | {"fare_attributes.txt": ATTRIBUTES + "p,6,RON,1,0\n"})
    assert reserve(_seat(found, 8, "adult"), BOB, ACTOR).quote.total == 600


def test_a_feed_with_more_pairs_of_calls_than_anyone_has_is_refused_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(companion, "MOST_PAIRS", 3)
    with pytest.raises(BrokenFeed):
        bring_in(tmp_path, zoned_feed(fare_attributes=ATTRIBUTES + "p,5,RON,1,0\n"))
    assert db.session.execute(text("SELECT count(*) FROM operators")).scalar_one() == 0


# -- fares v2 -------------------------------------------------------------------------------------------

AREAS = {
    "areas": "area_id,area_name\nN,North\nS,South\n",
    "stop_areas": "area_id,stop_id\nN,ash\nS,bex\nS,cor\n",
    "rider_categories": "rider_category_id,rider_category_name,is_default_fare_category\n0,Everyone,1\n1,Child,\n2,Student,\n",
    "fare_media": "fare_media_id,fare_media_name,fare_media_type\npaper,Paper,1\ncard,Card,2\n",
}
PRODUCTS = "fare_product_id,fare_media_id,amount,currency,rider_category_id\n"
LEGS = "leg_group_id,fare_product_id,from_area_id,to_area_id\n"


def test_products_are_told_apart_by_rider_category(tmp_path: Path) -> None:
    report = bring_in(
        tmp_path,
        zoned_feed(
            **AREAS,
            fare_products=PRODUCTS
            + "over,paper,8.00,RON,0\nover,paper,3.00,RON,1\nover,paper,1,RON,2\nover,card,1,RON,0\n"
            "month,paper,99,RON,0\nin,paper,0.00,RON,0\n",
            fare_leg_rules=LEGS + "a,over,N,S\nb,in,S,S\n",
        ),
    )
    assert [fare("ash", "cor", kind) for kind in TYPES] == [800, 300, 800]
    assert fare("bex", "cor") == 0
    assert {"no_single_journey", "card_only", "passenger_type_unknown"} <= codes(report, Level.SKIPPED)


def test_a_blank_area_means_the_areas_that_no_rule_names(tmp_path: Path) -> None:
    products = PRODUCTS + "named,paper,8,RON,\nrest,paper,5,RON,\n"
    files = AREAS | {"fare_products": products, "fare_leg_rules": LEGS + "a,named,N,\nb,rest,,\n"}
    bring_in(tmp_path, zoned_feed(**files))
    assert (fare("ash", "bex"), fare("bex", "cor")) == (800, 500)


def test_two_prices_for_one_rider_are_asked_at_the_lower_and_said(tmp_path: Path) -> None:
    media = {"fare_media": "fare_media_id,fare_media_name,fare_media_type\npaper,Paper,1\napp,App,4\n"}
    products = PRODUCTS + "day,paper,8,RON,0\nday,app,7,RON,0\n"
    legs = {"fare_products": products, "fare_leg_rules": LEGS + "a,day,,\n"}
    report = bring_in(tmp_path, zoned_feed(**AREAS | media | legs))
    assert fare("ash", "bex") == 700
    told = next(each.message for each in report.findings.kept if each.code == "fares_alike")
    assert "day / 0 / app is asked; left out: day / 0 / paper" in told


def test_a_rule_for_an_area_or_a_network_of_nothing_is_left_out(tmp_path: Path) -> None:
    legs = "fare_product_id,network_id,from_area_id,to_area_id\nday,,mars,\nday,express,,\n"
    report = bring_in(
        tmp_path, zoned_feed(**AREAS, fare_products=PRODUCTS + "day,paper,8,RON,0\n", fare_leg_rules=legs)
    )
    assert report.findings.counts[Level.SKIPPED, "unknown_zone"] == 2
    assert fare("ash", "bex") is None


def test_networks_tell_routes_apart(tmp_path: Path) -> None:
    legs = "fare_product_id,network_id\nday,express\n"
    products = PRODUCTS + "day,paper,8,RON,0\n"
    networks = "network_id,route_id\nexpress,R1\n"
    files = zoned_feed(**AREAS, fare_products=products, fare_leg_rules=legs, route_networks=networks)
    bring_in(tmp_path, files)
    assert fare("ash", "bex") == 800


def test_with_priorities_the_highest_rule_holds_and_a_blank_area_means_any(tmp_path: Path) -> None:
    products = PRODUCTS + "named,paper,8,RON,\nrest,paper,5,RON,\n"
    legs = "fare_product_id,from_area_id,to_area_id,rule_priority\nnamed,N,,2\nrest,,,\n"
    bring_in(tmp_path, zoned_feed(**AREAS, fare_products=products, fare_leg_rules=legs))
    assert (fare("ash", "bex"), fare("bex", "cor")) == (800, 500)


def test_a_price_by_the_time_of_day_is_left_out(tmp_path: Path) -> None:
    legs = "fare_product_id,from_timeframe_group_id\nday,morning\n"
    report = bring_in(
        tmp_path, zoned_feed(**AREAS, fare_products=PRODUCTS + "day,paper,8,RON,0\n", fare_leg_rules=legs)
    )
    assert "timed_fare" in codes(report, Level.SKIPPED)
    assert fare("ash", "bex") is None


# -- real feeds -----------------------------------------------------------------------------------------


def real(name: str, days: int = 8) -> Report:
    report = import_feed(
        real_feed(name), Options(name, shift_to_today=True, days=days), companion=FeedFares()
    )
    db.session.rollback()
    return report


def hold(found: Departure, *types: str) -> Held:
    seats = seat_map(*found.stretch).seats
    db.session.rollback()
    people = tuple(
        PassengerRequest(seat.id, kind, f"Traveller {n}")
        for n, (seat, kind) in enumerate(zip(seats, types, strict=False))
    )
    return reserve(HoldRequest(*found.stretch, people, "api"), ALICE, ACTOR)


def test_a_zone_pair_of_yamanashi_is_searched_quoted_and_held_at_its_fare() -> None:
    report = real("yamanashi-2017", days=3)
    assert report.findings.counts[Level.NOTE, "unnamed_columns"] == 102_070
    assert report.findings.counts[Level.NOTE, "numbered_zones"] == 134
    assert report.findings.counts[Level.SKIPPED, "unknown_zone"] == 11
    assert report.tallies["fares"].new == 100_421

    found = connection("yamanashi-2017", "P266", "P311")  # P1 and P10 of route 36_1201: fare 13
    assert price_from([found.stretch]) == {found.stretch: Money(230, "JPY")}
    held = hold(found, "adult", "adult")
    assert (held.quote.total, held.quote.currency) == (460, "JPY")
    longer = connection("yamanashi-2017", "P266", "P267")  # P1 and P63: fare 48
    assert price_from([longer.stretch])[longer.stretch].amount > 230


def test_a_child_in_zakroczym_pays_what_the_feed_says_and_nothing_within_a_zone() -> None:
    report = real("zakroczym-2025")
    assert report.tallies["fares"].new == 27, "nine pairs of areas on three routes"
    assert codes(report, Level.SKIPPED) == {"no_single_journey"}

    over = connection("zakroczym-2025", "100", "120")  # area 1 to area 3: 5.00
    assert price_from([over.stretch]) == {over.stretch: Money(500, "PLN")}
    held = hold(over, "adult", "child")
    assert [line.amount for line in held.quote.lines] == [500, 500], (
        "no product reduces a single ride for a child"
    )

    within = connection("zakroczym-2025", "100", "110")
    assert price_from([within.stretch]) == {within.stretch: Money(0, "PLN")}
    free = (
        reserve(_seat(within, 8, "child"), BOB, ACTOR)
        if within.schedule_id == over.schedule_id
        else hold(within, "child")
    )
    assert free.quote.total == 0


def _seat(found: Departure, index: int, kind: str) -> HoldRequest:
    seat = seat_map(*found.stretch).seats[index]
    db.session.rollback()
    return HoldRequest(*found.stretch, (PassengerRequest(seat.id, kind, "Bob"),), "api")


def test_the_second_class_of_miyakos_ferry_is_sold_to_adults_and_children() -> None:
    report = real("miyako-muroran-2018")
    pair = "miyako-muroran-2018", "silver_muroran", "silver_miyako"
    assert [fare(pair[1], pair[2], kind, pair[0]) for kind in TYPES] == [6000, 3000, 6000]
    told = next(each.message for each in report.findings.kept if each.code == "fares_alike")
    assert all(
        name in told for name in ("adult_second_class is asked", "adult_first_class", "adult_special_class")
    )
    assert report.findings.counts[Level.SKIPPED, "passenger_type_unknown"] == 2, (
        "students are no type of a bus"
    )


def test_boston_has_one_fare_for_all() -> None:
    report = real("boston-harbor-2018")
    prices = db.session.execute(text("SELECT DISTINCT amount FROM zone_fares")).scalars().all()
    assert prices == [1995]
    assert report.tallies["fares"].new == 7, "one row for each of the routes with trips"


def test_the_specifications_sample_has_a_fare_a_route_but_for_the_city_line() -> None:
    report = real("sample-feed-1")
    rows = db.session.execute(
        text("SELECT r.code, f.amount FROM zone_fares f JOIN routes r ON r.id = f.route_id ORDER BY 1")
    )
    assert [tuple(row) for row in rows] == [("AAMV", 525), ("AB", 125), ("BFC", 125), ("STBA", 125)]
    assert "no_fare" in codes(report, Level.NOTE)
