"""The devices of one kiosk: how they are, and the hand that moves those that are simulated."""

from typing import Any

from flask import jsonify, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from admin import access
from admin.base_views import StaffView, attempted, done
from admin.views.kiosk import own_kiosk
from core.kernel.context import settings
from core.kernel.errors import DomainError
from core.peripherals.agents import issue_token
from core.peripherals.denominations import denominations, is_coin
from core.peripherals.queries import Devices, devices_of, last_commands, last_events
from core.peripherals.simulate import scan, simulate
from core.peripherals.words import CommandKind, Device, EventKind
from core.reporting.fleet import FleetKiosk

_SHOWN_EVENTS = 14

#: Act -> its words, device by device, in the order of the panel. What is put into the cash box comes before.
ACTS: dict[str, tuple[tuple[str, Any], ...]] = {
    "cash": (
        ("jam", _l("Jam it")),
        ("free", _l("Free it")),
        ("empty", _l("Take all change out")),
        ("fill", _l("Fill up the change")),
    ),
    "terminal": (
        ("approve", _l("Approve the card")),
        ("decline", _l("Decline the card")),
        ("lose", _l("Approve, but lose the answer")),
        ("cut", _l("Cut the line")),
        ("mend", _l("Mend the line")),
    ),
    "printer": (
        ("ok", _l("New paper")),
        ("low", _l("Paper low")),
        ("out", _l("Paper out")),
        ("open", _l("Open the cover")),
        ("close", _l("Close the cover")),
        ("jam", _l("Jam it")),
        ("free", _l("Free it")),
    ),
}
NAMES = {"cash": _l("Cash box"), "terminal": _l("Card terminal"), "printer": _l("Printer")}

#: What a device says of itself, in words; `warn` ones need somebody.
CONDITIONS = {
    "ok": (_l("works"), "go"),
    "low": (_l("paper soon out"), "warn"),
    "out": (_l("no paper"), "stop"),
    "open": (_l("cover open"), "stop"),
    "jam": (_l("jammed"), "stop"),
    "away": (_l("does not answer"), "stop"),
    "unknown": (_l("cannot say"), ""),
}


#: What a device reported, in words.
EVENTS = {
    EventKind.STATUS: _l("says how it is"),
    EventKind.INSERTED: _l("put into the cash box"),
    EventKind.STOPPED: _l("the cash box has closed"),
    EventKind.PAID_OUT: _l("given back by the cash box"),
    EventKind.PAY_OUT_ENDED: _l("giving back has ended"),
    EventKind.APPROVED: _l("card approved"),
    EventKind.DECLINED: _l("card declined"),
    EventKind.UNSURE: _l("the terminal does not answer"),
    EventKind.REFUNDED: _l("given back to a card"),
    EventKind.PRINTED: _l("printed"),
    EventKind.NOT_PRINTED: _l("did not come out of the printer"),
    EventKind.DONE: _l("done"),
    EventKind.FAILED: _l("could not be done"),
}


class KioskDevices(StaffView):
    """Reached from the list of kiosks."""

    permission = "kiosks.manage"

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def index(self) -> Any:
        """Devices belong to a kiosk: choose one."""
        return redirect(url_for("kiosks.index_view"))

    @expose("/<kiosk_id>/")
    def panel(self, kiosk_id: str) -> str:
        kiosk = own_kiosk(kiosk_id)
        return str(self.render("admin/devices.html", **_facts(kiosk)))

    @expose("/<kiosk_id>/now")
    def now(self, kiosk_id: str) -> str:
        """The parts of the panel that change, asked every second."""
        return str(self.render("admin/parts/devices_now.html", **_facts(own_kiosk(kiosk_id))))

    @expose("/<kiosk_id>/simulate", methods=("POST",))
    def simulate(self, kiosk_id: str) -> Any:
        """Move a simulator's hand."""
        kiosk = own_kiosk(kiosk_id)
        device, act = request.form.get("device", ""), request.form.get("act", "")
        value = request.form.get("value", "")
        amount = int(value) if value.isdecimal() and len(value) < 9 else None
        return _quick(kiosk, lambda: simulate(kiosk.id, device, act, amount, access.actor()))

    @expose("/<kiosk_id>/scan", methods=("POST",))
    def scan(self, kiosk_id: str) -> Any:
        """Hold a code to the simulated scanner."""
        kiosk = own_kiosk(kiosk_id)
        return _quick(kiosk, lambda: scan(kiosk.id, request.form.get("code", ""), access.actor()))

    @expose("/<kiosk_id>/token", methods=("POST",))
    def token(self, kiosk_id: str) -> Any:
        """A new token for the agent, shown once."""
        kiosk = own_kiosk(kiosk_id)
        try:
            token = issue_token(kiosk.id, access.actor())
        except DomainError as error:
            return attempted("", _address(kiosk), _raising(error))
        return done(_("The agent's token, shown only now: %(token)s", token=token), _address(kiosk))


def _facts(kiosk: FleetKiosk) -> dict[str, Any]:
    found = devices_of(kiosk.id)
    box = found.of(Device.CASH) if found else {}
    currency = str(box.get("currency", "EUR"))
    commands = last_commands(kiosk.id, 30)
    return {
        "kiosk": kiosk,
        "found": found,
        "devices": _shown(found),
        "acts": ACTS,
        "currency": currency,
        "pieces": [(value, is_coin(value, currency)) for value in denominations(currency)],
        "float": {int(value): count for value, count in box.get("float", {}).items()},
        "open": set(box.get("open", ())),
        "scans": bool(found and found.is_simulated(Device.SCANNER)),
        "hand": next((each for each in commands if each.kind == CommandKind.SIMULATE), None),
        "printed": next((each for each in commands if each.kind == CommandKind.PRINT), None),
        "event_words": EVENTS,
        "events": last_events(kiosk.id, _SHOWN_EVENTS),
        "office_url": settings().public_url,
    }


def _shown(found: Devices | None) -> list[dict[str, Any]]:
    """The devices that the kiosk has, with their state in words."""
    if found is None:
        return []
    shown = []
    for name, words in NAMES.items():
        device = Device(name)
        if found.has(device):
            state, tone = CONDITIONS.get(found.condition(device), (found.condition(device), "warn"))
            simulated = found.is_simulated(device)
            shown.append({"name": name, "words": words, "state": state, "tone": tone, "simulated": simulated})
    return shown


def _quick(kiosk: FleetKiosk, deed: Any) -> Any:
    """Done at once: JSON for the page's own script, a notice for a browser without it."""
    if request.accept_mimetypes.best != "application/json":
        return attempted(_("Done."), _address(kiosk), deed)
    try:
        deed()
    except DomainError as error:
        answer: Response = jsonify(ok=False, said=error.message)
        answer.status_code = error.status
        return answer
    return jsonify(ok=True)


def _address(kiosk: FleetKiosk) -> str:
    return url_for("kiosk_devices.panel", kiosk_id=kiosk.id)


def _raising(error: DomainError) -> Any:
    def deed() -> None:
        raise error

    return deed
