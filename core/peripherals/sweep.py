"""What nobody began in time, and money that waits at a kiosk for a sale that is over. Run by cron every two seconds.

A kiosk's own screen stops its box when the hold ends; this looks after those whose screen, agent or network is gone.
"""

from typing import Any
from uuid import UUID

from core.booking.sale import lock_sale
from core.booking.settle import settle
from core.kernel.db import run, run_alone, transaction
from core.payments import cash_intake
from core.payments.gateways.base import EventKind, GatewayEvent
from core.payments.words import IntakeStatus
from core.peripherals import cash_events, cash_sale
from core.peripherals.terminal import NAME, NO_ANSWER, reference_of
from core.peripherals.words import CommandKind

#: An agent that is silent for so long, with money in its box, is not waited for.
LOST_AFTER = "10 minutes"

_EXPIRED = """
UPDATE kiosk_commands SET status = 'expired', ended_at = app_now() WHERE id IN (
  SELECT id FROM kiosk_commands WHERE status = 'waiting' AND expires_at <= app_now() LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject_id
"""
_OVER = """
SELECT i.payment_id, i.reservation_id FROM cash_intakes i JOIN reservations r ON r.id = i.reservation_id
WHERE i.status = 'taking' AND NOT (r.status = 'active' AND r.expires_at > app_now())
  AND NOT (r.status = 'confirmed' AND i.used > 0)
"""
_LOST = f"""
SELECT i.payment_id, i.reservation_id FROM cash_intakes i
JOIN kiosks k ON k.id = i.kiosk_id LEFT JOIN kiosk_agents a ON a.kiosk_id = k.id
WHERE i.status IN ('taking', 'stopping', 'returning')
  AND (k.status <> 'active' OR coalesce(a.last_seen_at, i.created_at) < app_now() - interval '{LOST_AFTER}'
    OR EXISTS (SELECT 1 FROM kiosk_commands c WHERE i.payment_id IN (c.id, c.subject_id) AND c.status = 'failed'
      AND c.kind IN ('accept', 'pay_out')))
"""  # noqa: S608 - put together from constants

_END_ITS_COMMANDS = """
UPDATE kiosk_commands SET status = 'expired', ended_at = app_now()
WHERE (id = %(id)s OR subject_id = %(id)s) AND device = 'cash' AND status IN ('waiting', 'taken')
"""


def sweep() -> int:
    """Look after all of it; returns how many things were ended."""
    expired = _expire()
    for row in expired:
        _not_begun(row.id, row.kind, row.subject_id)
    return len(expired) + _stop_what_is_over() + _give_up_lost()


def _expire() -> list[Any]:
    with transaction():
        return run(_EXPIRED).fetchall()


def _not_begun(command_id: UUID, kind: str, subject_id: UUID | None) -> None:
    if kind == CommandKind.ACCEPT:
        _end_intake(command_id)
    elif kind == CommandKind.PAY_OUT and subject_id:
        _end_intake(subject_id)
    elif kind == CommandKind.CHARGE:
        _tell(EventKind.PAYMENT_FAILED, command_id, payment_id=command_id)
    elif kind == CommandKind.REFUND:
        _tell(EventKind.REFUND_FAILED, command_id, refund_id=subject_id)


def _tell(
    kind: str, command_id: UUID, *, payment_id: UUID | None = None, refund_id: UUID | None = None
) -> None:
    event_id = f"expired-{command_id}"
    settle(
        NAME,
        GatewayEvent(
            event_id, kind, payment_id, reference_of(command_id), None, refund_id=refund_id, failure=NO_ANSWER
        ),
    )


def _stop_what_is_over() -> int:
    over = run_alone(_OVER)
    stopped = 0
    for row in over:
        with transaction():
            lock_sale(row.reservation_id)
            stopped += cash_sale.stop(row.payment_id)
    return stopped


def _give_up_lost() -> int:
    lost = run_alone(_LOST)
    for row in lost:
        _end_intake(row.payment_id)
    return len(lost)


def _end_intake(payment_id: UUID) -> None:
    """Nobody will take or give anything any more: what is in the box is owed."""
    with transaction():
        rows = run(
            "SELECT reservation_id FROM cash_intakes WHERE payment_id = %(id)s", {"id": payment_id}
        ).fetchall()
        if not rows:
            return
        lock_sale(rows[0].reservation_id)
        intake = cash_intake.lock_intake(payment_id)
        if intake is None or intake.status in (IntakeStatus.DONE, IntakeStatus.OWED):
            return
        run(_END_ITS_COMMANDS, {"id": payment_id})
        cash_events.end_without_box(intake)
