"""What staff tell a kiosk from afar: a message, load anew, stay out of order, take no cash, other rights. Each is written down with
who ordered it; the device hears it at its next heartbeat, or at once over its socket (`core.live.kiosks`).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from core.accounts import kiosk_rules
from core.accounts.kiosks import forget_device
from core.accounts.models import Kiosk, KioskStatus
from core.accounts.rules import clean_name
from core.kernel.activity import Actor, record
from core.kernel.clock import app_now
from core.kernel.codes import random_code
from core.kernel.db import transaction
from core.kernel.errors import NotFound, RuleBroken

_LONGEST = timedelta(days=31)

Orders = dict[str, Any]


def show_message(kiosk_id: UUID, texts: Mapping[str, str], until: datetime, actor: Actor) -> None:
    """Show words (by language, at most 200 characters each) on the screen until a moment within a month.

    Raises NotFound, RuleBroken (`no_message`, `long_message`, `bad_end`).
    """
    kept = kiosk_rules.clean_texts(texts)

    def work(orders: Orders, moment: datetime) -> Orders:
        if not moment < until <= moment + _LONGEST:
            raise RuleBroken("Please choose an end within the next month.", code="bad_end", field="until")
        return {**orders, "message": {"texts": kept, "until": until.isoformat()}}

    _order(kiosk_id, "kiosk.message_shown", actor, work)


def take_message_away(kiosk_id: UUID, actor: Actor) -> None:
    """Show no message any more. Raises NotFound."""
    _order(kiosk_id, "kiosk.message_ended", actor, lambda orders, _: _without(orders, "message"))


def put_out_of_order(kiosk_id: UUID, reason: str, actor: Actor) -> str:
    """Let it sell nothing until it is put back in service; returns the short code that its screen shows.

    Raises NotFound.
    """
    code = f"S-{random_code(3)}"
    told = {"code": code, "reason": reason}
    _order(
        kiosk_id, "kiosk.put_out_of_order", actor, lambda orders, _: {**orders, "out_of_order": told}, reason
    )
    return code


def put_in_service(kiosk_id: UUID, actor: Actor) -> None:
    """Let it sell again. Raises NotFound."""
    _order(kiosk_id, "kiosk.put_in_service", actor, lambda orders, _: _without(orders, "out_of_order"))


def lock_cash(kiosk_id: UUID, locked: bool, actor: Actor) -> None:
    """Let it take no cash, or take it again. Raises NotFound."""
    deed = "kiosk.cash_locked" if locked else "kiosk.cash_unlocked"
    _order(kiosk_id, deed, actor, lambda orders, _: {**orders, "no_cash": locked})


def ask_to_reload(kiosk_id: UUID, actor: Actor) -> None:
    """Let it load its page anew as soon as nobody is buying. Raises NotFound."""
    _order(kiosk_id, "kiosk.reloaded", actor, lambda orders, moment: {**orders, "reload": moment.isoformat()})


def change(kiosk_id: UUID, name: str, settings: dict[str, Any], actor: Actor) -> None:
    """Another name and other rights. `settings` are cleaned (`kiosk_rules.clean_settings`). Raises NotFound."""
    with transaction() as session:
        row = _locked(session, kiosk_id)
        values = {"name": clean_name(name)[:80], "settings": {**row.settings, **settings}}
        session.execute(update(Kiosk).where(Kiosk.id == kiosk_id).values(**values))
        after = {key: value for key, value in settings.items() if row.settings.get(key) != value}
        before = {key: row.settings.get(key) for key in after}
        record(actor, "kiosk.changed", "kiosk", kiosk_id, before=before, after=after)
    forget_device(row.token_hash)


def _order(
    kiosk_id: UUID, deed: str, actor: Actor, work: Callable[[Orders, datetime], Orders], reason: str | None = None
) -> None:  # fmt: skip
    with transaction() as session:
        row = _locked(session, kiosk_id)
        orders = work(row.orders, row.moment)
        session.execute(update(Kiosk).where(Kiosk.id == kiosk_id).values(orders=orders))
        record(actor, deed, "kiosk", kiosk_id, before=row.orders, after=orders, reason=reason)
    forget_device(row.token_hash)


def _locked(session: Any, kiosk_id: UUID) -> Any:
    row = session.execute(
        select(Kiosk.orders, Kiosk.settings, Kiosk.token_hash, app_now().label("moment"))
        .where(Kiosk.id == kiosk_id, Kiosk.status == KioskStatus.ACTIVE)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such kiosk in service.")
    return row


def _without(orders: Orders, name: str) -> Orders:
    return {key: value for key, value in orders.items() if key != name}
