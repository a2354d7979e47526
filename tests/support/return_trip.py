"""The way back of the test office: a line of its own from Porto to Lisboa, with the same coach."""

from datetime import timedelta
from uuid import UUID

from core.kernel.db import transaction
from core.timetable.models import Pattern, PatternStop, Route
from tests.support.factories import LEG_METRES, LEG_SECONDS, Office, new_schedule


def way_home(office: Office, after: timedelta = timedelta(hours=14), *more: timedelta) -> UUID:
    """A departure from the last place to the first so long ``after`` the office's own (which takes five hours), and ``more``
    of the same line; returns the id of the first.
    """
    with transaction() as session:
        route = Route(operator_id=office.operator_id, code="1R", name="Porto – Lisboa")
        session.add(route)
        session.flush()
        pattern = Pattern(route_id=route.id, fingerprint="porto-lisboa", headsign="Lisboa", legs=5)
        session.add(pattern)
        session.flush()
        for position, place in enumerate(reversed(office.places)):
            session.add(_stop(pattern.id, position, place))
        made = [
            new_schedule(
                office.operator_id, route.id, pattern.id, office.layout_id, office.vehicle_id,
                office.departure_at + each,
            )
            for each in (after, *more)
        ]  # fmt: skip
        session.add_all(made)
        session.flush()
        return made[0].id


def _stop(pattern_id: UUID, position: int, place_id: UUID) -> PatternStop:
    return PatternStop(
        pattern_id=pattern_id,
        position=position,
        place_id=place_id,
        arrival_offset=position * LEG_SECONDS,
        departure_offset=position * LEG_SECONDS,
        boarding=position < 5,
        alighting=position > 0,
        distance_m=position * LEG_METRES,
    )
