"""An invoice at the desk: beside the ticket, of this booking only."""

from core.booking.invoicing import issue_invoice
from tests.admin.conftest import SignIn
from tests.support.database import Sessions
from tests.support.sales import sell


def test_the_bookings_page_leads_to_its_invoice(sign_in: SignIn, db_session: Sessions) -> None:
    booking_id, other = sell(0), sell(0)
    invoice_id = issue_invoice(booking_id)
    browser = sign_in("agent")
    address = f"/admin/papers/{booking_id}/invoice/{invoice_id}.pdf"

    assert address in browser.get(f"/admin/bookings/{booking_id}/").text
    found = browser.get(address)
    assert found.mimetype == "application/pdf"
    assert found.data.startswith(b"%PDF")
    for wrong in (f"{other}/invoice/{invoice_id}", f"{booking_id}/invoice/x", f"x/invoice/{invoice_id}"):
        assert browser.get(f"/admin/papers/{wrong}.pdf").status_code == 404
