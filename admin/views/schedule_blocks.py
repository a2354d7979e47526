"""Blocking seats from the seat map of a departure: what the form says, and the words for what came of it."""

from datetime import datetime

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from admin.fields import kept_text
from admin.listing import as_uuid
from admin.views.schedule_forms import to_utc
from core.booking.blocks import BlockRequest, block_seats, unblock_seats
from core.kernel.activity import Actor
from core.kernel.errors import RuleBroken
from core.timetable.models import Schedule


def block_or_unblock(run: Schedule, actor: Actor) -> str:
    """Do what the form asks for with the chosen seats; returns what to say. Raises what `core.booking.blocks` raises."""
    wanted = _request(run)
    if request.form.get("deed") == "unblock":
        freed = unblock_seats(wanted, actor)
        return ngettext("%(num)d seat is sold again.", "%(num)d seats are sold again.", freed)
    blocked = block_seats(wanted, kept_text("reason", 300), actor, _until(run))
    return ngettext("%(num)d seat is blocked.", "%(num)d seats are blocked.", blocked)


def _request(run: Schedule) -> BlockRequest:
    seats = [found for found in map(as_uuid, request.form.get("seats", "").split(",")) if found]
    if not seats:
        raise RuleBroken(_("Choose seats on the map first."))
    first, last = (request.form.get(name, type=int) for name in ("first", "last"))
    return BlockRequest(run.id, seats, first or 0, last)


def _until(run: Schedule) -> datetime | None:
    typed = request.form.get("until", "").strip()
    if not typed:
        return None
    try:
        return to_utc(datetime.fromisoformat(typed).replace(tzinfo=None), run.operator.timezone)
    except ValueError:
        raise RuleBroken(_("Please give a day and a time."), field="until") from None
