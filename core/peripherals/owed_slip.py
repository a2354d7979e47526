"""A slip for the money that a kiosk's box could not give back, where the kiosk has a printer."""

from core.kernel.db import run
from core.kernel.money import Money
from core.payments.cash_intake import Intake
from core.peripherals.commands import send
from core.peripherals.documents import owed_document
from core.peripherals.words import CommandKind, Device

_FACTS = """
SELECT k.name, r.language, a.devices ? 'printer' AS prints FROM kiosks k JOIN kiosk_agents a ON a.kiosk_id = k.id,
  reservations r WHERE k.id = %(kiosk_id)s AND r.id = %(reservation_id)s
"""


def print_owed_slip(intake: Intake, code: str, left: Money) -> None:
    """Send the slip to the printer, in the open transaction."""
    facts = run(_FACTS, {"kiosk_id": intake.kiosk_id, "reservation_id": intake.reservation_id}).fetchone()
    if facts is None or not facts.prints:
        return
    document = {"elements": owed_document(left, code, facts.name, facts.language)}
    send(intake.kiosk_id, Device.PRINTER, CommandKind.PRINT, document, subject_id=intake.payment_id)
