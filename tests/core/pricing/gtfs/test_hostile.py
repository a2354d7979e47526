"""Feeds that somebody has been at: whatever a cell says, a feed is read or refused, and never an error of ours."""

import csv
import io
import tempfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.pricing.gtfs.companion import FeedFares
from core.pricing.gtfs.zones import prices_of_route
from core.timetable.gtfs.findings import BrokenFeed, Findings
from core.timetable.gtfs.load import load
from core.timetable.gtfs.patterns import plan_trips
from core.timetable.gtfs.reader import open_feed
from tests.support.bad_strings import STORABLE
from tests.support.feeds import Files, small_feed, zipped

V1: Files = {
    "fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers,agency_id\n"
    "adult_a,5.00,RON,1,0,A\nchild_a,2.00,RON,0,,A\nb,9,RON,1,0,\n",
    "fare_rules.txt": "fare_id,route_id,origin_id,destination_id,contains_id\n"
    "adult_a,R1,1,2,\nchild_a,R1,1,2,\nb,R1,,,1\nb,R1,,,3\n",
}
V2: Files = {
    "areas.txt": "area_id,area_name\nN,North\n",
    "stop_areas.txt": "area_id,stop_id\nN,ash\nN,bex\n",
    "rider_categories.txt": "rider_category_id,rider_category_name,is_default_fare_category\n0,All,1\n1,Child,0\n",
    "fare_media.txt": "fare_media_id,fare_media_name,fare_media_type\nm,Paper,1\n",
    "fare_products.txt": "fare_product_id,fare_media_id,amount,currency,rider_category_id\ns,m,5,RON,0\ns,m,2,RON,1\n",
    "fare_leg_rules.txt": "leg_group_id,network_id,fare_product_id,from_area_id,to_area_id,rule_priority\ng,,s,N,,1\n",
}
NASTY = st.sampled_from(
    ["", "-1", "0", "1e9", "NaN", "٣", "999999999999999999999", "24:00:00", "99:99:99", "20260230", "\x00", '"', "R1", "P1",
     "\u202e", "A" * 5000, "0.0000001", "1.5", "JPY", "EUR", "../../etc/passwd", *STORABLE[:200]]
)  # fmt: skip


def base(fares: Files) -> Files:
    files = small_feed(date(2026, 1, 5), days=5) | fares
    lines = files["stops.txt"].splitlines()
    files["stops.txt"] = "\n".join(
        [f"{lines[0]},zone_id", *(f"{line},{n}" for n, line in enumerate(lines[1:], 1))]
    )
    return files


def bend(files: Files, name: str, row: int, column: int, value: str) -> Files:
    table = list(csv.reader(io.StringIO(files[name])))
    cells = table[row % len(table)]
    cells[column % len(cells)] = value
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return files | {name: out.getvalue()}


def read(files: Files) -> None:
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder:
        path = zipped(Path(folder) / "f.zip", files)
        with open_feed(path, findings) as source:
            fares = FeedFares()
            feed = load(source, findings, fares.files)
            fares.read(source, feed, findings)
        findings.stop_if_fatal()
        plan_trips(feed, findings)
        ways = feed.ways()
        for line_id in feed.lines.keys() & ways.keys():
            assert fares._book is not None or not files.keys() & fares.files
            if fares._book:
                for price in prices_of_route(fares._book, line_id, ways[line_id], "RON").prices.values():
                    assert price.amount >= 0


BENDS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), NASTY), min_size=1, max_size=3
)


def bend_and_read(fares: Files, bends: list[tuple[int, int, int, str]]) -> None:
    files = base(fares)
    names = sorted(files)
    for file, row, column, value in bends:
        files = bend(files, names[file % len(names)], row, column, value)
    with suppress(BrokenFeed):
        read(files)


@given(st.sampled_from([V1, V2]), BENDS)
@settings(max_examples=150)
def test_bent_cells_are_findings_and_never_errors(
    fares: Files, bends: list[tuple[int, int, int, str]]
) -> None:
    bend_and_read(fares, bends)


@pytest.mark.long
@given(st.sampled_from([V1, V2]), BENDS)
@settings(max_examples=5000)
def test_many_more_bent_cells(fares: Files, bends: list[tuple[int, int, int, str]]) -> None:
    bend_and_read(fares, bends)


@given(st.binary(max_size=300), st.integers(0, 4000))
@settings(max_examples=100)
def test_a_zip_with_bytes_changed_is_read_or_refused(noise: bytes, at: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = zipped(Path(folder) / "f.zip", base(V1))
        content = bytearray(path.read_bytes())
        at %= len(content)
        content[at : at + len(noise)] = noise
        path.write_bytes(bytes(content))
        findings = Findings()
        with suppress(BrokenFeed), open_feed(path, findings) as source:
            load(source, findings)
