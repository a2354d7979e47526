"""Other names do what the names behind them do."""

import pytest

from core.api.aliases import ALIASES
from core.api.endpoints import ENDPOINTS
from core.api.routes import load

load()


@pytest.mark.parametrize("alias", ALIASES, ids=lambda alias: f"{alias.method} {alias.path}")
def test_every_other_name_leads_to_its_endpoint(app, alias):
    assert alias.endpoint in ENDPOINTS
    adapter = app.url_map.bind("localhost")
    filled = alias.path
    for part in ("reservation_id", "schedule_id", "booking_id", "payment_id", "user_id"):
        filled = filled.replace(f"<uuid:{part}>", "0197a000-0000-7000-8000-000000000000")
    matched, _ = adapter.match(f"/api/v1{filled}", method=alias.method)
    assert matched.endswith(alias.endpoint.replace(".", "_"))


@pytest.mark.parametrize("path", ["/seats/lock", "/bookings", "/bookings/initiate"])
def test_holding_goes_by_several_names(cast, hold, path):
    assert cast.guest.post(path, hold(0)).status_code == 201


def test_a_lock_is_a_reservation(cast, hold, office):
    made = cast.guest.post("/seats/lock", hold(0)).json
    status = cast.guest.get(f"/seats/lock/{office.schedule_id}/status").json["reservations"]
    assert [each["id"] for each in status] == [made["id"]]
    assert cast.guest.patch(f"/seats/lock/{made['id']}/extend", None).status_code == 200
    assert cast.guest.delete(f"/seats/lock/{made['id']}").status_code == 204


@pytest.mark.parametrize("word", ["confirm", "complete"])
@pytest.mark.parametrize("pay", ["/payments", "/payments/process"])
def test_confirming_needs_captured_money(cast, hold, word, pay):
    made = cast.agent.post("/bookings", hold(0)).json
    unpaid = cast.agent.post(f"/bookings/{made['id']}/{word}")
    assert (unpaid.status_code, unpaid.json["code"]) == (409, "payment_missing")
    paid = cast.agent.post(pay, {"reservation_id": made["id"], "method": "cash"}).json
    booking = cast.agent.post(f"/bookings/{made['id']}/{word}")
    assert (booking.status_code, booking.json["id"]) == (200, paid["booking_id"])
    shown = cast.manager.post(f"/payments/{paid['payment_id']}/process").json
    assert shown["status"] == "completed"
    assert cast.agent.get(f"/bookings/{booking.json['id']}/e-ticket").data.startswith(b"%PDF-")
    assert "Lisboa" in cast.agent.get(f"/bookings/{booking.json['id']}/e-ticket/preview").text
    assert cast.stranger.get(f"/bookings/{booking.json['id']}/e-ticket").status_code == 404
