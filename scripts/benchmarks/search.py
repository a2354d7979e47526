"""Search among 10,000 and among 1,000,000 schedules: the connection itself, its prices and its seats left, as the API
asks for them. The larger timetable is a network a hundred times as large, equally busy on each line.
"""

from __future__ import annotations

import random
import time
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text

from core.inventory.queries import available_counts
from core.kernel.clock import now
from core.kernel.db import db, transaction
from core.pricing.queries import price_from
from core.timetable.queries import departures, search
from scripts.benchmarks.bench import Bench, Row

GOAL_MS = 30.0
GOAL_RATIO = 1.5
DAYS = 60
RUNS_A_DAY = 8
STOPS = 12
SMALL, LARGE = 10_000, 1_000_000
_FEWEST = 300

_NETWORK = (
    """INSERT INTO places (id, code, name, search_name, timezone, latitude, longitude)
    SELECT gen_random_uuid(), 'b' || n, 'Town ' || n, 'town ' || n, 'Europe/Lisbon', 38 + random() * 4, -9 + random() * 3
    FROM generate_series((SELECT count(*) FROM places WHERE code ~ '^b[0-9]') + 1, :places) n""",
    """INSERT INTO routes (id, operator_id, code, name)
    SELECT gen_random_uuid(), (SELECT id FROM operators LIMIT 1), 'b' || n, 'Line ' || n
    FROM generate_series((SELECT count(*) FROM routes WHERE code ~ '^b[0-9]') + 1, :lines) n""",
    """INSERT INTO patterns (id, route_id, fingerprint, legs)
    SELECT gen_random_uuid(), id, code, :stops - 1 FROM routes
    WHERE code ~ '^b[0-9]' AND NOT EXISTS (SELECT 1 FROM patterns p WHERE p.route_id = routes.id)""",
    """INSERT INTO pattern_stops (pattern_id, position, place_id, arrival_offset, departure_offset, boarding, alighting,
      distance_m)
    SELECT p.id, s.position, b.id, s.position * 1800, s.position * 1800, s.position < :stops - 1, s.position > 0,
      s.position * 30000
    FROM patterns p JOIN routes r ON r.id = p.route_id AND r.code ~ '^b[0-9]'
    CROSS JOIN generate_series(0, :stops - 1) AS s (position)
    JOIN places b ON b.code = 'b' || 1 + abs(hashtext(r.code || '.' || s.position / 3)) % (:places - 2) + s.position % 3
    WHERE NOT EXISTS (SELECT 1 FROM pattern_stops x WHERE x.pattern_id = p.id)""",
    """INSERT INTO schedules (id, operator_id, route_id, pattern_id, layout_id, service_date, departure_at, arrival_at,
      currency)
    SELECT gen_random_uuid(), r.operator_id, r.id, p.id, (SELECT layout_id FROM seats LIMIT 1), at::date, at,
      at + interval '5.5 hours', 'EUR'
    FROM patterns p JOIN routes r ON r.id = p.route_id AND r.code ~ '^b[0-9]'
    CROSS JOIN generate_series(0, :runs - 1) AS n
    CROSS JOIN LATERAL (SELECT date_trunc('day', app_now()) + n * interval '1 day' / :a_day
      + abs(hashtext(r.code)) % 600 * interval '1 second' AS at) moment
    WHERE NOT EXISTS (SELECT 1 FROM schedules x WHERE x.pattern_id = p.id)""",
)


def run(bench: Bench) -> list[Row]:
    """Three lines: among few, among many with the goal, and the board of a station among many."""
    with bench.app.app_context():
        _grow(SMALL)
        few, found = _measure(bench.seconds, _search)
        _grow(LARGE)
        many, found_many = _measure(bench.seconds, _search)
        board, _ = _measure(bench.seconds, _board)
    note = f"{many / few:.2f} times as long (goal {GOAL_RATIO}); {found_many:.1f} connections on average"
    return [
        Row(f"search among {SMALL:,} schedules, p95", "", f"{few:.1f} ms", None, f"{found:.1f} connections on average"),
        Row(f"search among {LARGE:,} schedules, p95", f"{GOAL_MS:.0f} ms", f"{many:.1f} ms",
            min(GOAL_MS / many, GOAL_RATIO * few / many), note),
        Row(f"departure board among {LARGE:,}, p95", "", f"{board:.1f} ms", None, "50 departures with prices and seats"),
    ]  # fmt: skip


def _grow(schedules: int) -> None:
    """Let the network have so many schedules."""
    lines = -(-schedules // (DAYS * RUNS_A_DAY))
    size = {
        "places": max(40, lines * 2),
        "lines": lines,
        "stops": STOPS,
        "runs": DAYS * RUNS_A_DAY,
        "a_day": RUNS_A_DAY,
    }
    with transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in _NETWORK:
            session.execute(text(statement), size)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) schedules, pattern_stops, patterns, places, routes"))


def _measure(seconds: float, ask: object) -> tuple[float, float]:
    """Milliseconds at p95 and the average number of results, asking about other places each time."""
    chance = random.Random(11)
    pairs = _pairs(2_000)
    took: list[float] = []
    found = 0
    begun = time.monotonic()
    while time.monotonic() - begun < seconds or len(took) < _FEWEST:
        origin, destination = chance.choice(pairs)
        day = now().date() + timedelta(days=chance.randrange(1, DAYS - 1))
        start = time.perf_counter()
        found += ask(origin, destination, day)  # type: ignore[operator]  # what is asked for is known here
        took.append((time.perf_counter() - start) * 1000)
        db.session.rollback()
    took.sort()
    return took[int(len(took) * 0.95)], found / len(took)


def _pairs(number: int) -> list[tuple[UUID, UUID]]:
    """Origins and destinations that some line joins."""
    rows = db.session.execute(
        text("""SELECT a.place_id, b.place_id FROM pattern_stops a JOIN pattern_stops b
        ON b.pattern_id = a.pattern_id AND b.position > a.position JOIN places p ON p.id = a.place_id
        WHERE p.code ~ '^b[0-9]' ORDER BY md5(a.pattern_id::text || a.position || b.position) LIMIT :number"""),
        {"number": number},
    )
    return [(a, b) for a, b in rows]


def _search(origin: UUID, destination: UUID, day: date) -> int:
    found = search(origin, destination, day)
    stretches = [departure.stretch for departure in found]
    price_from(stretches)
    available_counts(stretches)
    return len(found)


def _board(origin: UUID, _destination: UUID, _day: date) -> int:
    stretches = [departure.stretch for departure in departures(origin)]
    price_from(stretches)
    available_counts(stretches)
    return len(stretches)
