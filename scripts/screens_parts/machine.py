"""Hands at the simulated devices of the demo's kiosk."""

import time

from sqlalchemy import text

from core.app import create_app
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.kernel.office import Office
from core.peripherals.simulate import simulate
from scripts.screens_parts.office import OpenOffice

_AGENT = text("SELECT kiosk_id FROM kiosk_agents ORDER BY last_seen_at DESC NULLS LAST LIMIT 1")


def hold_card(office: OpenOffice) -> None:
    """A good card is held to the reader as soon as that asks for one."""
    with Office(create_app).inside(office.settings):
        kiosk_id = db.session.execute(_AGENT).scalar_one()
        time.sleep(1)  # the reader has heard what it is to ask for
        simulate(kiosk_id, "terminal", "approve", None, SYSTEM)
