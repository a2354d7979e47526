"""The one page of the kiosk: the selling screen for a paired machine, the pairing screen for any other."""

from zoneinfo import ZoneInfo

from flask import render_template
from flask_babel import get_locale

from core.accounts.kiosk_heartbeat import VERSION
from core.accounts.kiosk_rules import is_dark
from core.kernel.clock import now
from core.kernel.context import settings
from core.peripherals.queries import devices_of
from core.timetable.brands import brand_at
from kiosk import device
from kiosk.station import page_settings, station
from kiosk.views.brand import brand_links
from kiosk.views.panel import panel_sheet
from kiosk.views.site import blueprint


@blueprint.get("/")
def shell() -> str:
    """The selling screen; a browser that is no kiosk is shown a pairing code."""
    kiosk = device.device()
    language = str(get_locale() or "en")
    if kiosk is None:
        return render_template("kiosk/pairing.html", language=language)
    place = station(kiosk)
    office = {
        **page_settings(kiosk, place, settings().language, devices_of(kiosk.id)),
        "station": place.name,
        "place": place.code,
        "timezone": place.timezone,
        "kiosk": kiosk.name,
        "now": now().isoformat(),
        "version": VERSION,
    }
    return render_template(
        "kiosk/shell.html",
        language=language,
        station_name=place.name,
        office=office,
        dark=is_dark(kiosk.settings.get("theme"), now().astimezone(ZoneInfo(place.timezone)).hour),
        panel=panel_sheet(kiosk),
        brand=brand_links(brand_at(place.id, kiosk.rights.operators)),
    )
