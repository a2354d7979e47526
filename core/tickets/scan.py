"""The gate: a code or a typed number lets its passenger in once, and says when and where it was used before."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import update

from core.kernel.activity import Actor, record
from core.kernel.clock import app_now, now
from core.kernel.db import transaction
from core.tickets import qr, queries
from core.tickets.keys import public_keys
from core.tickets.models import Ticket, TicketStatus
from core.tickets.queries import TicketView
from core.tickets.rules import plain_number, validity
from core.timetable.words import ScheduleStatus


class Verdict(StrEnum):
    """What the gate is told. Only `valid` opens it."""

    VALID = "valid"
    USED = "used"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TOO_EARLY = "too_early"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Scan:
    """A ticket at the gate. With `used`, `used_at` (UTC) and `used_where` say when and where it was let in before."""

    verdict: Verdict
    ticket: TicketView
    used_at: datetime | None = None
    used_where: str | None = None


def look(text: str) -> Scan:
    """What a code or number stands for now, without using it.

    Raises `TicketUnreadable`, `TicketForged` (the signature counts before the database is asked) and NotFound.
    """
    number = plain_number(text)
    if number is not None:
        return _judged(queries.ticket_by_number(number), None)
    facts = qr.verify(text.strip(), public_keys())
    return _judged(queries.ticket(facts.ticket_id), facts.serial)


def use(text: str, where: str, actor: Actor) -> Scan:
    """Let the passenger in: of any number of gates at once, one gets `valid`. Raises what `look` raises.

    `where` is a few words for people (gate, vehicle, stop), kept with the ticket.
    """
    seen = look(text)
    if seen.verdict != Verdict.VALID:
        return seen
    with transaction() as session:
        taken = session.execute(
            update(Ticket)
            .where(Ticket.id == seen.ticket.id, Ticket.status == TicketStatus.VALID)
            .where(Ticket.serial == seen.ticket.serial)
            .values(status=TicketStatus.USED, used_at=app_now(), used_where=where[:120])
            .returning(Ticket.used_at)
        ).scalar_one_or_none()
        if taken is not None:
            after = {"status": TicketStatus.USED, "where": where[:120]}
            record(actor, "ticket.used", "ticket", seen.ticket.id,
                   before={"status": TicketStatus.VALID}, after=after)  # fmt: skip
    if taken is None:
        return look(text)
    return Scan(Verdict.VALID, seen.ticket, taken, where[:120])


def _judged(ticket: TicketView, serial: int | None) -> Scan:
    return Scan(_verdict(ticket, serial), ticket, ticket.used_at, ticket.used_where)


def _verdict(ticket: TicketView, serial: int | None) -> Verdict:
    if serial is not None and serial != ticket.serial:
        return Verdict.REPLACED
    if ticket.status != TicketStatus.VALID:
        return Verdict(ticket.status)
    if ticket.run_status == ScheduleStatus.CANCELLED or not ticket.has_its_seat:
        return Verdict.CANCELLED
    begins, ends = validity(ticket.facts.departure_at, ticket.facts.arrival_at)
    moment = now()
    if moment < begins:
        return Verdict.TOO_EARLY
    return Verdict.VALID if moment <= ends else Verdict.EXPIRED
