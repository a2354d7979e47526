"""The report of a shift as a PDF, read back."""

from zoneinfo import ZoneInfo

import pytest

from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.kernel.ids import new_id
from core.reporting.shift_pdf import file_name, shift_pdf
from core.reporting.shifts import shift_report
from core.till.approve import approve_variance
from core.till.close import close_shift
from core.till.move import move_cash
from core.till.open import Opening, open_shift
from core.till.queries import open_shift_at
from core.till.words import MovementKind
from tests.support.codes import text_of_pdf
from tests.support.database import Sessions
from tests.support.factories import ACTOR, ALICE, CLERK, make_office
from tests.support.till import CLERKS_DRAWER

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.mark.usefixtures("db_session")
def test_a_report_has_every_figure_and_goes_on_over_pages(db_session: Sessions) -> None:
    office = make_office(rows=6)
    close_shift(open_shift_at(CLERKS_DRAWER).id, {}, CLERK)
    shift = open_shift(Opening(CLERKS_DRAWER, "EUR", {2000: 2}, office.places[0]), CLERK)
    for seat in range(24):
        take_cash(reserve(office.ask(seat), ALICE, ACTOR).reservation_id, None, CLERK)
    for number in range(8):
        move_cash(shift, MovementKind.TAKEN_OUT, 100, f"<b>Coins & {number}</b>", CLERK)
    before = "\n".join(text_of_pdf(shift_pdf(shift_report(shift), LISBON)))
    assert "€40.00" in before
    assert "Expected" not in before, "a page that is printed before the count tells nothing either"

    close_shift(shift, {10000: 6}, CLERK)
    approve_variance(shift, "Seen on the camera", CLERK.__class__("user", str(new_id()), "The manager"))
    report = shift_report(shift)
    pages = text_of_pdf(shift_pdf(report, LISBON))
    text = "\n".join(pages)

    assert len(pages) == 2
    for figure in ("€656.00", "€600.00", "−€56.00", "€624.00", "× 24", "−€8.00", "× 6"):
        assert figure in text
    assert "Approved by The manager" in text
    assert "<b>Coins & 7</b>" in text
    assert all(line.reference in text for line in report.lines if line.reference)
    assert "2 / 2" in pages[1]
    assert file_name(report, LISBON).endswith("-station-clerk.pdf")
