"""Who gets a text message: whoever left a phone number, where a gateway is set and the operator's policy wants it."""

from uuid import UUID

from sqlalchemy import select

from core.booking.views import ReservationView
from core.kernel.context import settings
from core.kernel.db import db, transaction
from core.messages.causes import Cause, Recipient
from core.messages.models import Channel
from core.messages.service import enqueue
from core.timetable.models import Policy


def phone_for(operator_id: UUID, phone: str | None, email: str | None) -> str | None:
    """The number that a text message goes to, or None when none is to be sent."""
    if not phone or not settings().sms_url:
        return None
    found = select(Policy.sms).where(Policy.operator_id == operator_id, Policy.active)
    wanted = db.session.execute(found).scalar_one_or_none()
    return phone if wanted == "both" or (wanted == "instead" and not email) else None


def text_too(cause: Cause, sale: ReservationView) -> None:
    """Have a text message sent about a sale, once for each cause, if one is wanted."""
    phone = phone_for(sale.journey.operator_id, sale.contact_phone, sale.contact_email)
    if phone:
        with transaction():
            enqueue(cause, Recipient(phone, sale.language, sale.booking_id, sale.id, Channel.SMS))
