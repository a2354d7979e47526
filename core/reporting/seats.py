"""Who holds which seat of a schedule on which legs: what staff see and travellers never do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from core.kernel.db import db

_CLAIMS = text("""
SELECT l.seat_id, l.leg, l.kind, l.reservation_id, l.expires_at, l.reason, r.holder_label, r.channel, b.reference
FROM seat_locks l
LEFT JOIN reservations r ON r.id = l.reservation_id
LEFT JOIN bookings b ON b.reservation_id = l.reservation_id
WHERE l.schedule_id = :schedule_id AND (l.expires_at IS NULL OR l.expires_at > app_now())
ORDER BY l.seat_id, l.leg
""")


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim on one seat over legs that follow each other, from `from_position` to `to_position`."""

    seat_id: UUID
    from_position: int
    to_position: int
    kind: str
    reservation_id: UUID | None
    holder: str | None
    channel: str | None
    reference: str | None
    expires_at: datetime | None
    reason: str | None = None


def seat_claims(schedule_id: UUID) -> list[Claim]:
    """All present claims on a schedule; holds that have run out are not there."""
    found: list[Claim] = []
    for row in db.session.execute(_CLAIMS, {"schedule_id": schedule_id}):
        last = found[-1] if found else None
        if last and (last.seat_id, last.reservation_id, last.kind, last.to_position, last.reason, last.expires_at) == (
            row.seat_id, row.reservation_id, row.kind, row.leg, row.reason, row.expires_at,
        ):  # fmt: skip
            begin = found.pop().from_position
        else:
            begin = row.leg
        found.append(
            Claim(
                row.seat_id, begin, row.leg + 1, row.kind, row.reservation_id, row.holder_label, row.channel,
                row.reference, row.expires_at, row.reason,
            )
        )  # fmt: skip
    return found
