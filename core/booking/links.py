"""Signed addresses for people without an account: whoever has the letter may do what it offers, and nothing else."""

import hmac
from hashlib import sha256
from uuid import UUID

from core.kernel.context import settings
from core.kernel.errors import NotFound

CHOICE = "choice"
WAITING = "waiting"
TICKET = "ticket"


def proof(purpose: str, subject_id: UUID) -> str:
    """The part of an address that nobody can guess; another one for each purpose and thing."""
    said = f"{purpose}:{subject_id}".encode()
    return hmac.new(settings().secret_key.encode(), said, sha256).hexdigest()[:32]


def check_proof(purpose: str, subject_id: UUID, given: str) -> None:
    """Raises NotFound for an address that was not made here."""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), proof(purpose, subject_id).encode()):
        raise NotFound("This link is not complete. Please open it from the letter.")


def choice_address(case_id: UUID) -> str:
    """Where the passenger of a disruption's case chooses."""
    return f"{settings().public_url}/choose/{case_id}/{proof(CHOICE, case_id)}"


def ticket_address(booking_id: UUID) -> str:
    """Where the tickets of a booking are shown: for who has no mail to find them in."""
    return f"{settings().public_url}/ticket/{booking_id}/{proof(TICKET, booking_id)}"


def waiting_address(entry_id: UUID) -> str:
    """Where somebody on a waiting list looks, pays for what is offered, or leaves."""
    return f"{settings().public_url}/waiting/{entry_id}/{proof(WAITING, entry_id)}"
