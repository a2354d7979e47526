"""Which machine asks, and for which traveller: the device's cookie and the page's session id, nothing else."""

import re

from flask import g, request

from core.accounts.kiosks import COOKIE, KioskDevice, kiosk_of_token
from core.booking.parties import Holder
from core.kernel.activity import Actor
from core.kernel.errors import Malformed, Unauthenticated
from core.till.drawer import Drawer
from core.till.words import DrawerKind

SESSION_HEADER = "X-Kiosk-Session"
_SESSION = re.compile(r"[0-9a-f]{32}")


class NotPaired(Unauthenticated):
    """This browser is no kiosk, or no longer."""

    code = "not_paired"
    message = "This kiosk is not set up. Please ask a member of staff."


def device() -> KioskDevice | None:
    """The kiosk whose cookie the request carries, or None."""
    if "kiosk_device" not in g:
        g.kiosk_device = kiosk_of_token(request.cookies.get(COOKIE))
    found: KioskDevice | None = g.kiosk_device
    return found


def require_device() -> KioskDevice:
    """The kiosk that asks. Raises NotPaired."""
    found = device()
    if found is None:
        raise NotPaired
    return found


def traveller() -> Holder:
    """Who holds seats: this kiosk, for the traveller in front of it. Raises NotPaired, Malformed."""
    kiosk = require_device()
    session = request.headers.get(SESSION_HEADER, "")
    if not _SESSION.fullmatch(session):
        raise Malformed("The traveller's session is missing.", field=SESSION_HEADER)
    return Holder("kiosk", f"{kiosk.id}:{session}", kiosk.name)


def drawer() -> Drawer:
    """The kiosk's cash box. Raises NotPaired."""
    return Drawer(DrawerKind.KIOSK, require_device().id)


def actor() -> Actor:
    """Who acts, for the activity log."""
    kiosk = require_device()
    return Actor("kiosk", str(kiosk.id), kiosk.name, request.remote_addr)
