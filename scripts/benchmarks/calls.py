"""The requests that are measured."""

from __future__ import annotations

import json
from uuid import uuid4

from core.accounts.callers import sign_guest
from scripts.benchmarks.bench import Bench, Call

#: Each hold is for two seats on two legs.
FIRST, LAST = 1, 3


def holds(bench: Bench, count: int, *, guests: bool = True) -> list[Call]:
    """So many holds of seats that nobody asked for before, each by another guest, or by nobody yet."""
    with bench.app.app_context():
        return [hold_call(*next(bench.free_pairs), guests=guests) for _ in range(count)]


def hold_call(schedule_id: str, pair: list[str], *, guests: bool = True) -> Call:
    """A hold of these seats by a guest of its own, or by nobody yet. Needs an application context."""
    body = {
        "schedule_id": schedule_id,
        "from_position": FIRST,
        "to_position": LAST,
        "passengers": [{"seat_id": seat, "full_name": "Maria Almeida", "details": _DETAILS} for seat in pair],
        "contact_email": "maria@example.org",
    }
    headers = (("X-Guest-Session", sign_guest(uuid4().hex)),) if guests else ()
    return Call("/api/v1/reservations/create", json.dumps(body), headers)


_DETAILS = {"document_kind": "passport", "document_number": "P1234567", "phone": "+351912345678"}
