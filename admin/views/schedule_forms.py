"""The forms of a departure: planning one of a pattern, changing one."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_admin.form import BaseForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField
from wtforms.validators import InputRequired, Optional

from admin.choices import layout_choices, vehicle_choices
from admin.fields import choice, line
from core.kernel.errors import RuleBroken

_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


def moment(label: Any, *checks: Any, help: Any = "") -> DateTimeLocalField:
    """A day and time on the operator's clock."""
    return DateTimeLocalField(label, list(checks), format=_FORMATS, description=help)


class NewScheduleForm(BaseForm):
    departure_at = moment(_l("Leaves its first stop"), InputRequired(_l("Please give a day and a time.")))
    vehicle_id = choice(_l("Vehicle"), vehicle_choices, required=False)
    layout_id = choice(
        _l("Seat layout"), layout_choices, required=False, help=_l("The vehicle's own, unless one is chosen.")
    )
    number = line(_l("Number"), 40, required=False)
    platform = line(_l("Platform"), 20, required=False)


class ScheduleForm(BaseForm):
    platform = line(_l("Platform"), 20, required=False)
    estimated_departure_at = moment(_l("Expected departure"), Optional(), help=_l("Empty means on time."))
    number = line(_l("Number"), 40, required=False)
    vehicle_id = choice(
        _l("Vehicle"),
        vehicle_choices,
        required=False,
        help=_l(
            "One with another seat layout only while nothing is held or sold; after that “Another vehicle” seats everybody anew."
        ),
    )
    departure_at = moment(
        _l("Planned departure"),
        InputRequired(_l("Please give a day and a time.")),
        help=_l("It moves only while nothing is held or sold."),
    )


def to_utc(local: datetime, timezone: str) -> datetime:
    """What was typed on that clock, as UTC; the first of a time that it shows twice when summer time ends.

    Raises RuleBroken for years that no timetable has, and for a time that it skips when summer time begins.
    """
    if not 1972 <= local.year <= 2199:
        raise RuleBroken(_("Please give a day of these years."), field="departure_at")
    moment = local.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    if on_clock(moment, timezone) != local:
        raise RuleBroken(
            _("There is no such time on that day: summer time begins, and clocks skip it."),
            field="departure_at",
        )
    return moment


def on_clock(moment_utc: datetime | None, timezone: str) -> datetime | None:
    """A moment as that clock shows it, for a form."""
    return None if moment_utc is None else moment_utc.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
