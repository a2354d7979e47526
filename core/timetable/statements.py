"""The SQL of the timetable's reads. Each is one statement; the word conditions are built from counted placeholders."""
# ruff: noqa: S608 - put together from fragments of this file only; every value is a bound parameter

#: Which runs a traveller may still be sold a seat on.
_ON_SALE = "('scheduled', 'boarding')"

_PLACE_COLUMNS = """
  p.id, p.code, p.name, p.kind, p.city, p.country, p.timezone, p.latitude, p.longitude"""

#: Everything that a `Departure` shows, joined to the few rows that a list keeps (`page`).
_DRESS = """
SELECT page.schedule_id, o.id AS operator_id, o.name AS operator_name, r.id AS route_id, r.name AS route_name,
       page.number, pt.headsign, page.from_position, page.to_position,
       page.origin_id, a.name AS origin_name, page.destination_id, b.name AS destination_name,
       page.departure_at, page.arrival_at, a.timezone, b.timezone AS destination_timezone,
       page.estimated_departure_at, page.platform, page.status, page.currency, page.layout_id,
       page.departure_at - make_interval(mins => policy.sales_close_minutes) AS sales_close_at,
       (SELECT array_agg(p.name ORDER BY v.position) FROM pattern_stops v JOIN places p ON p.id = v.place_id
         WHERE v.pattern_id = page.pattern_id AND v.position > page.from_position
           AND v.position < page.to_position AND v.alighting) AS via
FROM page
JOIN operators o ON o.id = page.operator_id
JOIN policies policy ON policy.operator_id = o.id AND policy.active
JOIN routes r ON r.id = page.route_id
JOIN patterns pt ON pt.id = page.pattern_id
JOIN places a ON a.id = page.origin_id
JOIN places b ON b.id = page.destination_id
ORDER BY page.departure_at, page.schedule_id, page.from_position
"""

_RUN_COLUMNS = """
         s.id AS schedule_id, s.operator_id, s.route_id, s.pattern_id, s.number, s.platform, s.status, s.currency,
         s.layout_id, f.position AS from_position, f.place_id AS origin_id,
         t.position AS to_position, t.place_id AS destination_id,
         s.departure_at + make_interval(secs => f.departure_offset) AS departure_at,
         s.departure_at + make_interval(secs => t.arrival_offset) AS arrival_at,
         s.estimated_departure_at + make_interval(secs => f.departure_offset) AS estimated_departure_at"""

#: Pairs of calls in order; where a place occurs twice, the shortest ride is meant. The range on the schedule's own
#: departure is what the index (pattern_id, departure_at) answers.
SEARCH = f"""
WITH page AS MATERIALIZED (
  SELECT {_RUN_COLUMNS}
  FROM pattern_stops f
  JOIN pattern_stops t ON t.pattern_id = f.pattern_id AND t.position > f.position
  JOIN schedules s ON s.pattern_id = f.pattern_id
  JOIN operators op ON op.id = s.operator_id AND op.active
  WHERE f.place_id = :origin_id AND f.boarding AND t.place_id = :destination_id AND t.alighting
    AND NOT EXISTS (
      SELECT 1 FROM pattern_stops m
      WHERE m.pattern_id = f.pattern_id AND m.position > f.position AND m.position < t.position
        AND ((m.place_id = :origin_id AND m.boarding) OR (m.place_id = :destination_id AND m.alighting)))
    AND s.departure_at >= CAST(:begin AS timestamptz) - make_interval(secs => f.departure_offset)
    AND s.departure_at < CAST(:end AS timestamptz) - make_interval(secs => f.departure_offset)
    AND s.departure_at + make_interval(secs => f.departure_offset) > app_now()
    AND (s.departure_at + make_interval(secs => f.departure_offset), s.id, f.position)
        > (CAST(:after AS timestamptz), CAST(:after_id AS uuid), CAST(:after_position AS int))
    AND s.status IN {_ON_SALE}
  ORDER BY s.departure_at + make_interval(secs => f.departure_offset), s.id, f.position
  LIMIT :limit
)
{_DRESS}"""


def DEPARTURES(words: int, *, to_place: bool) -> str:  # noqa: N802 - a statement, made to measure
    """The board of a place; `words` conditions on the name of the stop where one gets off, or on its id."""
    last_stop = "t.position = (SELECT legs FROM patterns WHERE id = f.pattern_id)"
    wanted = [_word_condition(number) for number in range(words)]
    if to_place:
        wanted.append("place.id = :destination_id")
    named = f"""
      t.position = (
        SELECT min(x.position) FROM pattern_stops x JOIN places place ON place.id = x.place_id
        WHERE x.pattern_id = f.pattern_id AND x.position > f.position AND x.alighting
          AND {" AND ".join(wanted)})"""
    return f"""
WITH span AS (
  SELECT coalesce(CAST(:after AS timestamptz), app_now()) AS after
), page AS MATERIALIZED (
  SELECT {_RUN_COLUMNS}
  FROM span, pattern_stops f
  JOIN pattern_stops t ON t.pattern_id = f.pattern_id AND t.position > f.position
  JOIN schedules s ON s.pattern_id = f.pattern_id
  JOIN operators op ON op.id = s.operator_id AND op.active
  WHERE f.place_id = :place_id AND f.boarding AND {named if wanted else last_stop}
    AND s.departure_at >= span.after - CAST(:latest_delay AS interval) - make_interval(secs => f.departure_offset)
    AND s.departure_at < span.after + CAST(:span AS interval) - make_interval(secs => f.departure_offset)
    AND coalesce(s.estimated_departure_at, s.departure_at) + make_interval(secs => f.departure_offset) >= span.after
    AND s.status IN ('scheduled', 'boarding', 'cancelled')
  ORDER BY s.departure_at + make_interval(secs => f.departure_offset), s.id, f.position
  LIMIT :limit
)
{_DRESS}"""


def FIND_PLACES(words: int) -> str:  # noqa: N802 - a statement, made to measure
    """Active places by the beginnings of words; the whole name first, then its beginning, then the busiest."""
    return f"""
SELECT {_PLACE_COLUMNS}
FROM places place JOIN places p ON p.id = place.id
LEFT JOIN LATERAL (SELECT count(*) AS calls FROM pattern_stops c WHERE c.place_id = p.id) busy ON true
WHERE place.active AND {" AND ".join(_word_condition(number) for number in range(words))}
ORDER BY place.search_name = :whole DESC, busy.calls > 0 DESC, place.search_name LIKE :whole || '%' DESC,
         busy.calls DESC, place.search_name, p.id
LIMIT :limit
"""


def _word_condition(number: int) -> str:
    word = f":word{number}"
    return f"(place.search_name LIKE {word} || '%' OR place.search_name LIKE '% ' || {word} || '%')"


NEXT_DESTINATIONS = f"""
SELECT {_PLACE_COLUMNS}
FROM (
  SELECT t.place_id, count(*) AS runs
  FROM pattern_stops f
  JOIN schedules s ON s.pattern_id = f.pattern_id
  JOIN pattern_stops t ON t.pattern_id = f.pattern_id AND t.position > f.position AND t.alighting
  WHERE f.place_id = :place_id AND f.boarding AND t.place_id <> f.place_id
    AND s.departure_at >= app_now() - make_interval(secs => f.departure_offset)
    AND s.departure_at < app_now() + CAST(:span AS interval) - make_interval(secs => f.departure_offset)
    AND s.status IN {_ON_SALE}
  GROUP BY t.place_id
  ORDER BY count(*) DESC, t.place_id LIMIT :limit
) reach JOIN places p ON p.id = reach.place_id
WHERE p.active
ORDER BY reach.runs DESC, p.search_name
"""

SCHEDULE_HEAD = """
SELECT s.id AS schedule_id, s.operator_id, o.code AS operator_code, o.name AS operator_name, o.trade,
       s.route_id, r.code AS route_code, r.name AS route_name, s.pattern_id, pt.headsign,
       s.vehicle_id, v.number AS vehicle_number, s.layout_id, s.number, s.service_date, s.departure_at, s.arrival_at,
       s.estimated_departure_at, s.platform, s.currency, s.status,
       policy.id AS policy_id, policy.sales_close_minutes
FROM schedules s
JOIN operators o ON o.id = s.operator_id
JOIN policies policy ON policy.operator_id = o.id AND policy.active
JOIN routes r ON r.id = s.route_id
JOIN patterns pt ON pt.id = s.pattern_id
LEFT JOIN vehicles v ON v.id = s.vehicle_id
WHERE s.id = :schedule_id
"""

SCHEDULE_STOPS = """
SELECT ps.position, ps.place_id, p.name, p.timezone,
       CAST(:departure_at AS timestamptz) + make_interval(secs => ps.arrival_offset) AS arrival_at,
       CAST(:departure_at AS timestamptz) + make_interval(secs => ps.departure_offset) AS departure_at,
       ps.boarding, ps.alighting, ps.on_request, ps.distance_m
FROM pattern_stops ps JOIN places p ON p.id = ps.place_id
WHERE ps.pattern_id = :pattern_id
ORDER BY ps.position
"""
