import base64
from uuid import uuid4

import pytest


@pytest.fixture
def ticket_id(cast, hold):
    held = cast.customer.post("/reservations/create", hold(0)).json
    paid = cast.agent.post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"}).json
    return cast.customer.get(f"/bookings/{paid['booking_id']}").json["passengers"][0]["ticket_id"]


def test_a_ticket_shows_its_number_code_and_frozen_facts(cast, ticket_id):
    ticket = cast.customer.get(f"/tickets/{ticket_id}").json
    assert ticket["status"] == "valid"
    assert ticket["facts"]["origin"] == "Lisboa"
    assert ticket["qr"]


def test_a_ticket_is_downloaded_as_pdf_and_seen_as_a_page(cast, ticket_id):
    pdf = cast.customer.get(f"/tickets/{ticket_id}/download")
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"].startswith("attachment")
    page = cast.customer.get(f"/tickets/{ticket_id}/preview")
    assert page.mimetype == "text/html"
    assert "Lisboa" in page.text


def test_a_ticket_is_in_the_language_it_was_bought_in(cast, hold):
    held = cast.customer.post("/reservations/create", hold(0) | {"language": "ro"}).json
    paid = cast.agent.post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"}).json
    ticket = cast.customer.get(f"/bookings/{paid['booking_id']}").json["passengers"][0]["ticket_id"]
    page = cast.customer.get(f"/tickets/{ticket}/preview").text
    assert '<html lang="ro"' in page
    assert "Numărul rezervării" in page


def test_the_keys_of_scanners_are_public(cast):
    keys = cast.nobody.get("/tickets/keys").json["keys"]
    assert [key["algorithm"] for key in keys] == ["Ed25519"]
    assert len(base64.b64decode(keys[0]["public_key"])) == 32


@pytest.mark.parametrize("part", ["", "/download", "/preview"])
def test_tickets_of_others_are_not_found_but_the_gate_sees_them(cast, ticket_id, part):
    for stranger in ("guest", "stranger", "kiosk", "partner"):
        assert cast[stranger].get(f"/tickets/{ticket_id}{part}").status_code == 404
    assert cast.gate.get(f"/tickets/{ticket_id}{part}").status_code == 200
    assert cast.gate.get(f"/tickets/{uuid4()}{part}").status_code == 404
