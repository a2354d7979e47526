"""The heartbeat of a kiosk: it says how it is, and hears what it is to do. Every ten seconds, and at once when staff order
something.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from core.accounts.kiosk_rules import faults, message_for, own_code, rights
from core.accounts.kiosks import forget_device
from core.accounts.models import Kiosk, KioskStatus
from core.kernel.activity import Actor, record
from core.kernel.clock import app_now
from core.kernel.db import transaction
from core.kernel.version import version

#: A device speaks every so many seconds.
EVERY_SECONDS = 10
#: What a device says of itself: words of at most 60 characters, numbers, yes or no.
STATE_FIELDS = frozenset({"paper", "cash_box", "card_reader", "scanner", "version", "screen", "clock_off"})
#: Of the office's own code; a page that was loaded before an upgrade has another.
VERSION = version()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the kiosk is to do: `out_of_order` is the short code of its fault or of staff's order, `message` has `texts` by
    language and `until`, `reload` is when staff last asked for it; moments are ISO words in UTC.
    """

    out_of_order: str | None
    message: dict[str, Any] | None
    methods: tuple[str, ...]
    reload: str | None


def heartbeat(kiosk_id: UUID, state: Mapping[str, Any]) -> Standing | None:
    """The device is alive and says how it is (`STATE_FIELDS`; anything else is dropped, what it does not say stays as it
    was). None when it is revoked. A fault that its settings name stops it, and the next good heartbeat lets it go on.
    """
    told = {name: _short(value) for name, value in state.items() if name in STATE_FIELDS}
    with transaction() as session:
        row = session.execute(
            select(Kiosk.name, Kiosk.settings, Kiosk.orders, Kiosk.state, Kiosk.token_hash, app_now().label("moment"))
            .where(Kiosk.id == kiosk_id, Kiosk.status == KioskStatus.ACTIVE)
            .with_for_update()
        ).one_or_none()  # fmt: skip
        if row is None:
            return None
        kept = {**row.state, **told}
        kept["out_of_order"] = own_code(faults(kept, VERSION), row.settings)
        session.execute(update(Kiosk).where(Kiosk.id == kiosk_id).values(last_seen_at=app_now(), state=kept))
        before = row.state.get("out_of_order")
        if before != kept["out_of_order"]:
            _note(kiosk_id, row.name, before, kept["out_of_order"])
    if before != kept["out_of_order"]:
        forget_device(row.token_hash)
    allowed = rights(row.settings, row.orders, kept)
    message = message_for(row.orders, row.moment)
    return Standing(allowed.out_of_order, message, allowed.methods, row.orders.get("reload"))


def _note(kiosk_id: UUID, name: str, before: str | None, after: str | None) -> None:
    actor = Actor("kiosk", str(kiosk_id), name)
    deed = "kiosk.stopped" if after else "kiosk.went_on"
    record(actor, deed, "kiosk", kiosk_id, before={"out_of_order": before}, after={"out_of_order": after})


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(char for char in value if char.isprintable())[:60]
    if isinstance(value, bool) or value is None:
        return value
    return value if isinstance(value, int) and abs(value) < 2**53 else None
