"""The report of a shift on paper: A4, in the look of the tickets, with room to sign. As many pages as it has lines."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from core.kernel.money import Money, format_money
from core.reporting.shifts import ShiftReport
from core.tickets.pages import render
from core.tickets.pdf import to_pdf


def shift_pdf(report: ShiftReport, zone: ZoneInfo, language: str = "en") -> bytes:
    """The whole report, its times on the clock of ``zone``; of a shift that is open only what everybody may know."""
    shift = report.shift

    def money(amount: int) -> str:
        written = format_money(Money(abs(amount), shift.currency), language)
        return f"−{written}" if amount < 0 else written

    def when(moment: datetime | None) -> str:
        return format_datetime(moment, "d MMM y, HH:mm", tzinfo=zone, locale=language) if moment else "–"

    page = render(
        "till/report.html", language, report=report, shift=shift, money=money, when=when, zone=zone.key
    )
    return to_pdf(page, stylesheet="till/print.css")


def file_name(report: ShiftReport, zone: ZoneInfo) -> str:
    """``shift-2026-11-20-0600-kiosk-1.pdf``: sorts by time, and has nothing that a file system minds."""
    shift = report.shift
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in shift.drawer_name.lower())
    drawer = "-".join(part for part in plain.split("-") if part)[:40]
    return f"shift-{shift.opened_at.astimezone(zone):%Y-%m-%d-%H%M}-{drawer or 'drawer'}.pdf"
