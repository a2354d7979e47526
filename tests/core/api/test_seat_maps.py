"""The text that is written quickly says the same as the map that it is written from."""

import json
from uuid import UUID

import pytest
from sqlalchemy import text

from core.api.seat_maps import seat_map_text
from core.inventory.queries import seat_map
from core.kernel.db import db, transaction
from core.pricing.queries import seat_prices


@pytest.mark.parametrize("stretch", [(0, 5), (1, 3), (4, 5)])
def test_the_text_is_the_map_with_prices(cast, office, hold, stretch):
    held = cast.guest.post("/reservations/create", hold(0, 1, first=0, last=2)).json
    cast.agent.post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"})
    cast.customer.post("/reservations/create", hold(5, first=2, last=5))
    with transaction() as session:
        blocked = "INSERT INTO seat_locks (schedule_id, layout_id, seat_id, leg, kind) VALUES (:s, :l, :seat, 1, 'blocked')"
        session.execute(
            text(blocked), {"s": office.schedule_id, "l": office.layout_id, "seat": office.seats[7]}
        )
    written = json.loads(seat_map_text(office.schedule_id, *stretch))
    expected = seat_map(office.schedule_id, *stretch).as_json()
    prices = seat_prices(office.schedule_id, *stretch)
    for seat in expected["seats"]:
        seat["price"] = prices[UUID(seat["id"])].as_json()
    assert written == expected


def test_a_map_without_a_price_is_shown_without(cast, office):
    db.session.execute(text("DELETE FROM tariffs"))
    db.session.commit()
    assert json.loads(seat_map_text(office.schedule_id, 0, 5))["seats"][0]["price"] is None


def test_a_hold_is_in_the_very_next_text(cast, office, hold):
    free = seat_map_text(office.schedule_id, 0, 5)
    assert seat_map_text(office.schedule_id, 0, 5) is free
    cast.guest.post("/reservations/create", hold(0, first=0, last=2))
    assert json.loads(seat_map_text(office.schedule_id, 0, 5))["seats"][0]["state"] == "reserved"
    assert json.loads(free)["version"] != json.loads(seat_map_text(office.schedule_id, 0, 5))["version"]
