"""GTFS feeds for tests: a small one that a test writes and bends, and real ones."""

import os
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.kernel.settings import PROJECT_ROOT

#: Feeds that are kept with the tests.
KEPT = PROJECT_ROOT / "tests" / "data" / "gtfs"
BAD = PROJECT_ROOT / "tests" / "data" / "gtfs-bad"
ODD = PROJECT_ROOT / "tests" / "data" / "gtfs-odd"

Files = dict[str, str]


def small_feed(first: date, days: int = 30) -> Files:
    """A line from Ashford over Bexley to Corby, leaving at 08:00 and 22:30 every day, an hour a leg."""
    last = first + timedelta(days=days - 1)
    return {
        "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Aurora Coaches,https://aurora.example,Europe/Bucharest\n",
        "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\n"
        "ash,Ashford,45.0,25.0\nbex,Bexley,45.0,25.5\ncor,Corby,45.0,26.0\n",
        "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\nR1,A,1,Ashford - Corby,3\n",
        "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        f"D,1,1,1,1,1,1,1,{first:%Y%m%d},{last:%Y%m%d}\n",
        "trips.txt": "route_id,service_id,trip_id,trip_headsign\nR1,D,T1,Corby\nR1,D,T2,Corby\n",
        "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "T1,08:00:00,08:00:00,ash,1\nT1,09:00:00,09:05:00,bex,2\nT1,10:05:00,10:05:00,cor,3\n"
        "T2,22:30:00,22:30:00,ash,1\nT2,23:30:00,23:35:00,bex,2\nT2,24:35:00,24:35:00,cor,3\n",
    }


def zipped(path: Path, files: dict[str, str] | dict[str, bytes], folder: str = "") -> Path:
    """Write a zip of these files; text as UTF-8."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return path


#: Real feeds that are not kept here, and why.
ELSEWHERE = {
    "cairns-2014": "the feed is kept out for its size; its licence (CC BY) would allow a copy",
    "flixbus-2014": "the feed's licence (ODbL) does not allow a copy under the terms of this project",
    "viarail-2019": "the feed's licence does not allow a copy: where it comes from, none is stated",
    "yamanashi-2017": "the feed is kept out for its size; its licence (CC0) would allow a copy",
}
REAL = {path.name for path in KEPT.iterdir()} | {"romania-rail-2026"} | ELSEWHERE.keys()


def real_feed(name: str) -> Path:
    """A real feed by name. Those that are large or may not be copied are looked for beside the checkout, in
    `../shared/data/gtfs`, or in the folder that `BOOKINGHALL_TEST_FEEDS` names; the test is skipped without them.
    """
    beside = os.environ.get("BOOKINGHALL_TEST_FEEDS") or str(PROJECT_ROOT.parent / "shared" / "data" / "gtfs")
    for folder in (KEPT / name, PROJECT_ROOT / "core" / "demo" / "feed", Path(beside) / name):
        if (folder / f"{name}.zip").is_file():
            return folder / f"{name}.zip"
    if name not in ELSEWHERE:
        raise FileNotFoundError(f"The feed {name} is kept with the project, and it is not there.")
    pytest.skip(
        f"{name} is not on this machine: {ELSEWHERE[name]}. BOOKINGHALL_TEST_FEEDS names a folder with such feeds."
    )
