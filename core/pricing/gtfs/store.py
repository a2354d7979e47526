"""Stores the fares of a feed's routes: wanted rows go to temporary tables, then a few statements bring ours in line."""

import json
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, text

from core.kernel.db import require_transaction
from core.pricing.gtfs.zones import RoutePrices
from core.timetable.gtfs.bulk import copy_rows
from core.timetable.gtfs.companion import Network
from core.timetable.gtfs.report import Tally

_INCOMING = (
    "DROP TABLE IF EXISTS pg_temp.incoming_zones, pg_temp.incoming_fares",
    "CREATE TEMPORARY TABLE incoming_zones (LIKE route_zones INCLUDING INDEXES) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE incoming_fares (LIKE zone_fares INCLUDING INDEXES) ON COMMIT DROP",
)

_GONE = """
DELETE FROM {table} t WHERE t.route_id = ANY(:routes)
  AND NOT EXISTS (SELECT 1 FROM {incoming} i WHERE {same})
"""
_CHANGED = """
UPDATE {table} t SET {set} FROM {incoming} i WHERE {same} AND ({old}) IS DISTINCT FROM ({new})
"""
_NEW = """
INSERT INTO {table} SELECT i.* FROM {incoming} i WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE {same})
"""
_ZONES = ("route_zones", "incoming_zones", ("route_id", "place_id"), ("zone",))
_FARES = ("zone_fares", "incoming_fares", ("route_id", "from_zone", "to_zone"), ("amount", "by_type"))


def store_prices(prices: Mapping[str, RoutePrices], network: Network) -> Tally:
    """Bring the fares of every route of the feed in line with these, by route id. In the open transaction."""
    session = require_transaction()
    for statement in _INCOMING:
        session.execute(text(statement))
    copy_rows(
        "incoming_zones",
        ("route_id", "place_id", "zone"),
        (
            (network.routes[line_id], network.places[stop_id], zone)
            for line_id, found in prices.items() if found.prices for stop_id, zone in found.zones.items()
        ),
    )  # fmt: skip
    number = copy_rows(
        "incoming_fares",
        ("route_id", "from_zone", "to_zone", "amount", "by_type"),
        (
            (network.routes[line_id], *at, price.amount, json.dumps(price.by_type, sort_keys=True))
            for line_id, found in prices.items() for at, price in found.prices.items()
        ),
    )  # fmt: skip
    session.execute(text("ANALYZE incoming_zones, incoming_fares"))
    routes = list(network.routes.values())
    _follow(*_ZONES, routes)
    tally = _follow(*_FARES, routes)
    tally.unchanged = number - tally.new - tally.changed
    if tally.new > 1000:
        session.execute(text("ANALYZE route_zones, zone_fares"))
    return tally


def _follow(
    table: str, incoming: str, key: tuple[str, ...], facts: tuple[str, ...], routes: list[UUID]
) -> Tally:
    names = {
        "table": table,
        "incoming": incoming,
        "same": " AND ".join(f"i.{column} = t.{column}" for column in key),
        "set": ", ".join(f"{column} = i.{column}" for column in facts),
        "old": ", ".join(f"t.{column}" for column in facts),
        "new": ", ".join(f"i.{column}" for column in facts),
    }
    removed = _count(_GONE.format(**names), routes=routes)
    changed = _count(_CHANGED.format(**names))
    return Tally(new=_count(_NEW.format(**names)), changed=changed, removed=removed)


def _count(statement: str, **parameters: Any) -> int:
    return cast(CursorResult[Any], require_transaction().execute(text(statement), parameters)).rowcount
