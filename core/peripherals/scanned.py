"""A code held to a kiosk's simulated scanner reaches its page, once."""

from uuid import UUID

from core.kernel.db import run_alone

_TAKE = """
UPDATE kiosk_commands SET status = 'done', taken_at = app_now(), ended_at = app_now() WHERE id = (
  SELECT id FROM kiosk_commands WHERE kiosk_id = %(kiosk_id)s AND device = 'scanner' AND status = 'waiting'
    AND expires_at > app_now() ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING data
"""


def take_scan(kiosk_id: UUID) -> str | None:
    """The oldest code that waits, None when none does."""
    rows = run_alone(_TAKE, {"kiosk_id": kiosk_id})
    return str(rows[0].data["code"]) if rows else None
