"""The job of a disruption: opens a case for every booking, releases the holds, and carries out what was chosen.

It works in small transactions and can be killed at any point: whatever starts it again (the outbox row, whose claim runs
out) finds what is left. It gives way after a while and asks for another turn, so that a claim never outlasts its minute.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from core.booking.cancel import release
from core.booking.disruption_case import CLAIM_LASTS, carry_out
from core.booking.disruption_models import DisruptionKind
from core.booking.errors import HoldExpired, NotActive
from core.kernel.activity import SYSTEM, record
from core.kernel.db import fetch, run, transaction
from core.kernel.outbox import publish
from core.timetable.service.schedules import wait_for_holds

_TURN_SECONDS = 20.0

_DISRUPTION = "SELECT id, schedule_id, operator_id, kind, reason, opened_at, released FROM disruptions WHERE id = %(id)s"

#: What an earlier disruption of the same run left open is settled by this one; but a delay gives nobody a seat who lost it.
_SUPERSEDE = """
UPDATE disruption_cases c SET state = 'done', choice = 'keep', note = 'A newer notice took its place.',
  done_at = app_now()
FROM disruptions d WHERE d.id = c.disruption_id AND d.schedule_id = %(schedule_id)s AND d.id <> %(id)s
  AND c.state IN ('waiting', 'failed') AND (d.kind <> 'swapped' OR %(kind)s = 'cancelled')
"""
_OPEN_CASES = """
INSERT INTO disruption_cases (id, disruption_id, booking_id)
SELECT gen_random_uuid(), %(id)s, b.id FROM bookings b
WHERE b.schedule_id = %(schedule_id)s AND b.status IN ('confirmed', 'checked_in')
  AND (%(kind)s = 'cancelled' OR NOT EXISTS (SELECT 1 FROM disruption_cases c JOIN disruptions d ON d.id = c.disruption_id
    WHERE c.booking_id = b.id AND d.schedule_id = b.schedule_id AND d.kind = 'swapped' AND c.state <> 'done'))
ORDER BY b.confirmed_at, b.id
ON CONFLICT (disruption_id, booking_id) DO NOTHING RETURNING id, booking_id
"""
_OPENED = "UPDATE disruptions SET opened_at = app_now() WHERE id = %(id)s"
_HOLDS = "SELECT id FROM reservations WHERE schedule_id = %(schedule_id)s AND status = 'active' ORDER BY id"
#: Counted from what was released, so that a count is right also after a crash.
_COUNT_HOLDS = """
UPDATE disruptions d SET released = n.released
FROM (SELECT count(*) AS released FROM reservations
  WHERE schedule_id = %(schedule_id)s AND status = 'cancelled' AND closed_reason = %(said)s) n
WHERE d.id = %(id)s AND d.released <> n.released RETURNING n.released
"""
_DUE = f"""
SELECT c.id FROM disruption_cases c JOIN bookings b ON b.id = c.booking_id
WHERE c.disruption_id = %(id)s AND c.state = 'due'
  AND (c.claimed_at IS NULL OR c.claimed_at < app_now() - {CLAIM_LASTS})
ORDER BY b.confirmed_at, b.id LIMIT 200
"""  # noqa: S608 - put together from constants


def run_disruption(_event_id: int, payload: Mapping[str, Any]) -> None:
    """Take one turn (about 20 s at most) of the disruption of the payload. Safe to run twice and at the same time."""
    rows = fetch(_DISRUPTION, {"id": UUID(payload["disruption_id"])})
    if not rows:
        return
    ends = time.monotonic() + _TURN_SECONDS
    disruption = rows[0]
    if disruption.opened_at is None:
        _open(disruption)
    if disruption.kind == DisruptionKind.CANCELLED:
        _release_holds(disruption)
    if not _work(disruption, ends):
        with transaction():
            publish("disruption.run", {"disruption_id": str(disruption.id)})


def _open(disruption: Any) -> None:
    """A case and a letter for every booking: the run is locked alone, so that all that were bought are there."""
    found = {"id": disruption.id, "schedule_id": disruption.schedule_id, "kind": disruption.kind}
    with transaction():
        wait_for_holds(disruption.schedule_id)
        run(_SUPERSEDE, found)
        cases = run(_OPEN_CASES, found).fetchall()
        for case in cases:
            publish("disruption.choice", {"case_id": str(case.id), "booking_id": str(case.booking_id)})
        run(_OPENED, found)
        more = {"operator_id": disruption.operator_id, "before": {"cases": 0}, "after": {"cases": len(cases)}}
        record(SYSTEM, "disruption.opened", "disruption", disruption.id, **more)


def _release_holds(disruption: Any) -> None:
    said = " ".join(f"Called off: {disruption.reason}"[:300].split())
    for hold in fetch(_HOLDS, {"schedule_id": disruption.schedule_id}):
        with suppress(HoldExpired, NotActive):
            release(hold.id, SYSTEM, said)
    found = {"id": disruption.id, "schedule_id": disruption.schedule_id, "said": said}
    with transaction():
        counted = run(_COUNT_HOLDS, found).fetchone()
        if counted:
            change = {"before": {"released": disruption.released}, "after": {"released": counted.released}}
            more = {"operator_id": disruption.operator_id, **change}
            record(SYSTEM, "disruption.holds_released", "disruption", disruption.id, **more)


def _work(disruption: Any, ends: float) -> bool:
    """Carry out what is due, first come first served; False when there was no time for all."""
    while due := fetch(_DUE, {"id": disruption.id}):
        for case in due:
            if time.monotonic() > ends:
                return False
            carry_out(case.id)
    return True
