"""Letters about money on its way back."""

from uuid import UUID

from core.booking.queries import reservation_view
from core.kernel.errors import NotFound
from core.kernel.languages import words_of
from core.kernel.money import format_money
from core.messages.page import Fact, Page
from core.messages.queries import operator_of, refund_facts
from core.messages.words import travel_values
from core.tickets.rules import grouped_reference
from core.tickets.words import sentence


def late(refund_id: UUID, language: str) -> Page:
    """Money came that could not become a booking."""
    return _about("payment.late", refund_id, language)


def processed(refund_id: UUID, language: str) -> Page:
    """The money has been sent."""
    return _about("refund.processed", refund_id, language)


def _about(kind: str, refund_id: UUID, language: str) -> Page:
    refund = refund_facts(refund_id)
    sale = reservation_view(refund.reservation_id)
    if sale is None:
        raise NotFound("There is no such reservation.")
    words = words_of(language)
    travel = travel_values(sale.journey, language)
    amount = format_money(refund.money, language)
    reference = grouped_reference(sale.booking_reference) if sale.booking_reference else None
    facts = [
        Fact(words.gettext("Amount"), amount),
        Fact(words.gettext("Journey"), travel["journey"], f"{travel['time']}, {travel['date']}"),
    ]
    if reference:
        facts.append(Fact(words.gettext("Booking reference"), reference))
    return Page(
        kind=kind,
        operator=operator_of(sale.journey.operator_id),
        values={
            **travel,
            "amount": amount,
            "reason": sentence(words, refund.reason),
            "by_cash": refund.method == "cash",
            "by_voucher": refund.method == "voucher",
            "reference": reference,
        },
        facts=facts,
    )
