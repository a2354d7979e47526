"""The seat map of a departure with who has what, in words for people."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from admin import access, formats
from admin.views.live import countdown, hidden
from core.inventory.queries import seat_map
from core.kernel.clock import now
from core.reporting.seats import Claim, seat_claims
from core.timetable.queries import ScheduleFacts


def stretch(facts: ScheduleFacts) -> tuple[int, int]:
    """The stops that the address names, or the whole run; whatever makes no sense is the whole run."""
    last = len(facts.stops) - 1
    first_asked = request.args.get("first", 0, type=int)
    last_asked = request.args.get("last", last, type=int)
    return (first_asked, last_asked) if 0 <= first_asked < last_asked <= last else (0, last)


def seats_json(schedule_id: UUID, facts: ScheduleFacts, first: int, last: int) -> dict[str, Any]:
    """Seat map and claims on one stretch, in words for people."""
    shown = seat_map(schedule_id, first, last).as_json()
    claims: dict[str, list[Claim]] = {}
    for claim in seat_claims(schedule_id):
        if claim.from_position < last and claim.to_position > first:
            claims.setdefault(str(claim.seat_id), []).append(claim)
    moment = now()
    for seat in shown["seats"]:
        found = claims.get(seat["id"], [])
        seat["claims"] = [_claim_json(claim, facts, moment) for claim in found]
        if len(found) >= 1 and not any(c.from_position <= first and c.to_position >= last for c in found):
            seat["partly"] = True
    shown["counts"] = {
        state: sum(seat["state"] == state for seat in shown["seats"])
        for state in ("available", "reserved", "booked")
    }
    return shown


def _claim_json(claim: Claim, facts: ScheduleFacts, moment: Any) -> dict[str, Any]:
    if claim.kind == "blocked":
        return _block_json(claim, facts)
    held = claim.kind == "hold" and claim.expires_at is not None
    names = _stretch_words(claim, facts)
    shows_holder = access.may("reservations.read")
    reference = claim.reference if access.may("bookings.read") else None
    return {
        "whose": str(claim.reservation_id or ""),
        "kind": {"hold": _("held"), "sold": _("sold")}[claim.kind],
        "stretch": names,
        "holder": hidden(claim.holder or "") if shows_holder else "",
        "reference": reference,
        "booking": url_for("bookings.index_view", q=reference) if reference else None,
        "left": countdown(int((claim.expires_at - moment).total_seconds()))
        if held and claim.expires_at
        else None,
    }


def _block_json(claim: Claim, facts: ScheduleFacts) -> dict[str, Any]:
    """A block in the same words: the reason stands where a holder's name would."""
    clock = facts.stops[0].timezone
    until = _("until %(moment)s", moment=formats.when(claim.expires_at, clock)) if claim.expires_at else None
    return {
        "whose": f"{claim.reason} {until}",
        "kind": _("blocked"),
        "stretch": _stretch_words(claim, facts),
        "holder": claim.reason or "",
        "reference": None,
        "booking": None,
        "left": until,
    }


def _stretch_words(claim: Claim, facts: ScheduleFacts) -> str:
    if claim.from_position == 0 and claim.to_position == len(facts.stops) - 1:
        return _("the whole way")
    return f"{facts.stop(claim.from_position).name} → {facts.stop(claim.to_position).name}"
