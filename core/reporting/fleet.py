"""Every kiosk as those who look after them need it: is it there, what does it say of itself, when did it sell last. One
statement, however many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.accounts.kiosk_heartbeat import VERSION
from core.accounts.kiosk_rules import CODES, Rights, faults, message_for, rights
from core.kernel.clock import now
from core.kernel.db import fetch

#: A kiosk speaks every ten seconds; after so many without a word it counts as offline.
OFFLINE_SECONDS = 30
_MOST = 500

_FLEET = """
SELECT k.id, k.name, p.name AS station, p.timezone, k.settings, k.orders, k.state, k.last_seen_at,
  sold.at AS sold_at, sold.total AS sold_total, sold.currency AS sold_currency, s.opened_at AS shift_opened_at
FROM kiosks k JOIN places p ON p.id = k.place_id
LEFT JOIN LATERAL (
  SELECT b.confirmed_at AS at, r.total, r.currency FROM reservations r JOIN bookings b ON b.reservation_id = r.id
  WHERE r.holder_kind = 'kiosk' AND r.status = 'confirmed' AND split_part(r.holder_id, ':', 1) = k.id::text
  ORDER BY r.created_at DESC LIMIT 1) sold ON true
LEFT JOIN LATERAL (SELECT opened_at FROM shifts WHERE kiosk_id = k.id AND closed_at IS NULL LIMIT 1) s ON true
WHERE k.status = 'active' AND (cardinality(%(stations)s::uuid[]) = 0 OR k.place_id = ANY(%(stations)s::uuid[]))
  AND (%(kiosk_id)s::uuid IS NULL OR k.id = %(kiosk_id)s::uuid)
ORDER BY p.name, k.name, k.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class FleetKiosk:
    """One kiosk now. `online` is None for one that has never spoken; `needs` are codes of what somebody has to look at."""

    id: UUID
    name: str
    station: str
    timezone: str
    settings: dict[str, Any]
    orders: dict[str, Any]
    state: dict[str, Any]
    last_seen_at: datetime | None
    sold_at: datetime | None
    sold_total: int | None
    sold_currency: str | None
    shift_opened_at: datetime | None
    online: bool | None
    rights: Rights
    message: dict[str, Any] | None
    needs: tuple[str, ...]


def fleet(stations: Sequence[UUID] = (), kiosk_id: UUID | None = None) -> list[FleetKiosk]:
    """The kiosks in service at these stations (none means all), those that need somebody first; at most 500."""
    moment = now()
    rows = fetch(_FLEET, {"stations": list(stations), "kiosk_id": kiosk_id, "most": _MOST})
    found = [_kiosk(row, moment) for row in rows]
    return sorted(found, key=lambda kiosk: -len(kiosk.needs))


def _kiosk(row: Any, moment: datetime) -> FleetKiosk:
    allowed = rights(row.settings, row.orders, row.state)
    silent = row.last_seen_at is not None and (moment - row.last_seen_at).total_seconds() > OFFLINE_SECONDS
    online = None if row.last_seen_at is None else not silent
    wrong = faults(row.state, VERSION)
    needs = ["offline"] if silent else []
    needs += ["out_of_order"] if allowed.out_of_order else []
    needs += [fault.value for fault in wrong if CODES[fault] != allowed.out_of_order]
    needs += ["paper_low"] if row.state.get("paper") == "low" else []
    return FleetKiosk(
        **row._asdict(),
        online=online,
        rights=allowed,
        message=message_for(row.orders, moment),
        needs=tuple(needs),
    )
