"""A ticket in words."""

from datetime import timedelta

import pytest
from flask import Flask

from core.tickets.view import duration, refund_terms, sheets
from tests.core.tickets.samples import DEPARTURE, a_ticket


@pytest.fixture(autouse=True)
def _context(app: Flask):
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (35, "35 min"), (160, "2 h 40"), (1500, "25 h 00")]
)
def test_durations_are_short(minutes: int, said: str) -> None:
    assert duration(DEPARTURE, DEPARTURE + timedelta(minutes=minutes)) == said


def test_refund_terms_begin_with_the_longest() -> None:
    terms = refund_terms(
        [{"hours": 2, "percent": 50, "fee": 0}, {"hours": 24, "percent": 100, "fee": 5000}], "EUR"
    )

    assert [(term.hours, term.percent, term.fee) for term in terms] == [(24, 100, "€50.00"), (2, 50, None)]


def test_every_price_line_is_printed_and_the_tax_marked_as_contained() -> None:
    (sheet,) = sheets([a_ticket()])

    assert [line.amount for line in sheet.lines] == ["45.00", "5.00", "22.50", "6.00", "6.48"]
    assert [line.included for line in sheet.lines] == [False] * 4 + [True]
    assert sheet.total.replace("\u00a0", " ") == "RON 78.50"


def test_a_night_journey_names_both_days() -> None:
    (sheet,) = sheets([a_ticket(arrival_at=DEPARTURE + timedelta(hours=14))])

    assert (sheet.origin.date, sheet.destination.date) == (
        "Friday 20 November 2026",
        "Saturday 21 November 2026",
    )
    assert (sheet.origin.zone, sheet.destination.zone) == ("", "")
