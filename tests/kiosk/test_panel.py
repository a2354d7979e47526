"""A panel that was measured: its sheet has two measures in it, its page names the sheet, and one that was not has none."""

import re
from collections.abc import Iterable
from math import atan, degrees

import pytest
from flask import Flask
from sqlalchemy import text

from core.accounts import kiosk_orders
from core.accounts.kiosk_rules import clean_settings, is_dark
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.kernel.errors import RuleBroken
from kiosk.panel import letters_px, style
from tests.kiosk.conftest import KioskClient


def test_a_capital_fills_seven_tenths_of_a_degree_at_any_distance():
    for px_per_mm, distance in ((2.71, 700), (3.94, 700), (5.58, 450)):
        capital_mm = letters_px(px_per_mm, distance) * 0.727 / px_per_mm
        assert degrees(atan(capital_mm / distance)) == pytest.approx(0.7)
    assert letters_px(1, 700) * 0.727 == pytest.approx(8.55, abs=0.01), "8.6 mm at 700 mm"


def test_a_measured_panel_has_a_sheet_that_a_browser_keeps(kiosk: KioskClient, office_app: Flask) -> None:
    measure(office_app, px_per_mm="2,71", distance_mm="600")
    [address] = re.findall(r'href="(/kiosk/panel/[^"]+)"', kiosk.client.get("/kiosk/").text)
    answer = kiosk.client.get(address)

    assert (answer.mimetype, answer.text) == ("text/css", style(2.71, 600))
    assert answer.cache_control.immutable
    assert "no-store" not in answer.headers["Cache-Control"]


def test_a_panel_that_nobody_measured_has_none(kiosk: KioskClient, office_app: Flask) -> None:
    measure(office_app, px_per_mm="", distance_mm="600")
    assert "/kiosk/panel/" not in kiosk.client.get("/kiosk/").text


@pytest.mark.parametrize(
    "address", ["999-700", "40001-700", "2710-299", "2710-3001", "2.71-700", "0-0", "2710"]
)
def test_there_is_no_sheet_of_a_panel_that_cannot_be(kiosk: KioskClient, address: str) -> None:
    assert kiosk.client.get(f"/kiosk/panel/{address}.css").status_code == 404


@pytest.mark.parametrize(("theme", "hours"), [("light", ()), (None, ()), ("dark", range(24)), ("clock", (20, 21, 22, 23, 0, 1, 2, 3, 4, 5))])  # fmt: skip
def test_when_a_screen_is_dark(theme: str | None, hours: Iterable[int]) -> None:
    assert [hour for hour in range(24) if is_dark(theme, hour)] == sorted(hours)


def test_a_dark_page_is_dark_from_its_first_drawing(kiosk: KioskClient, office_app: Flask) -> None:
    assert "data-theme" not in kiosk.client.get("/kiosk/").text
    measure(office_app, theme="dark")
    assert 'dir="ltr" data-theme="dark">' in kiosk.client.get("/kiosk/").text


@pytest.mark.parametrize("theme", ["night", "Dark", '"><script>', "\x00"])
def test_there_is_no_other_light(theme: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        clean_settings({"theme": theme})
    assert refused.value.code == "bad_theme"


def measure(office_app: Flask, **settings: str) -> None:
    with office_app.app_context():
        kiosk_id = db.session.execute(text("SELECT id FROM kiosks")).scalar_one()
        kiosk_orders.change(kiosk_id, "Kiosk 1", clean_settings(settings), SYSTEM)
