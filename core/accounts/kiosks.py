"""Kiosk devices: paired by a code that staff approve, known by a token that they get once, revoked within seconds."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from core.accounts import rules
from core.accounts.codes import clean_code, hash_of, new_secret
from core.accounts.kiosk_rules import Rights, rights
from core.accounts.models import Kiosk, KioskStatus
from core.accounts.remembered import Remembered
from core.kernel.activity import Actor, record
from core.kernel.clock import app_now
from core.kernel.codes import random_code
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id
from core.timetable.models import Place

#: Cookie of the device: HttpOnly, SameSite=Strict.
COOKIE = "bh_kiosk"
TOKEN_PREFIX = "bhk_"  # noqa: S105 - says what a token is for
#: A code that nobody approves is forgotten after this; only so many may wait at a time.
CODE_LASTS = timedelta(minutes=30)
MAX_WAITING = 20
_CODE_LENGTH = 8
_LINK_LENGTH = 12
#: A revoked device is refused at the latest after so many seconds; a heartbeat is 10.
SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class KioskDevice:
    """A paired kiosk as the rest of the house needs it."""

    id: UUID
    name: str
    place_id: UUID
    settings: dict[str, Any]
    rights: Rights


_known: Remembered[str, KioskDevice | None] = Remembered(SECONDS)


def start_pairing(name_hint: str = "Kiosk") -> tuple[UUID, str]:
    """A new device asks in: its id, and the code that it shows until staff approve it.

    Raises RuleBroken `too_many_pairings` when too many are waiting already.
    """
    kiosk_id, code = new_id(), random_code(_CODE_LENGTH)
    name = rules.clean_name(name_hint)[:80]
    with transaction() as session:
        stale = (Kiosk.status == KioskStatus.PENDING) & (Kiosk.created_at < app_now() - CODE_LASTS)
        session.execute(delete(Kiosk).where(stale))
        waiting = select(func.count()).select_from(Kiosk).where(Kiosk.status == KioskStatus.PENDING)
        if session.execute(waiting).scalar_one() >= MAX_WAITING:
            raise RuleBroken("Too many devices wait to be approved.", code="too_many_pairings")
        session.execute(insert(Kiosk).values(id=kiosk_id, name=name, pairing_code=code))
    return kiosk_id, code


def prepare(
    place_id: UUID, name: str, actor: Actor, settings: dict[str, Any] | None = None
) -> tuple[UUID, str]:
    """A kiosk that is approved before it asks, with cleaned settings: its id, and a code for one pairing link."""
    kiosk_id, code = new_id(), random_code(_LINK_LENGTH)
    with transaction() as session:
        _require_station(place_id)
        session.execute(
            insert(Kiosk).values(
                id=kiosk_id, name=rules.clean_name(name)[:80], place_id=place_id, status=KioskStatus.ACTIVE,
                pairing_code=code, settings=settings or {},
            )
        )  # fmt: skip
        record(
            actor, "kiosk.paired", "kiosk", kiosk_id, after={"place_id": str(place_id), **(settings or {})}
        )
    return kiosk_id, code


def approve(
    kiosk_id: UUID, place_id: UUID, name: str, actor: Actor, settings: dict[str, Any] | None = None
) -> None:
    """Let a waiting device in, at this station, under this name, with these (cleaned) settings.

    Raises NotFound (also when its code has run out) and RuleBroken `unknown_station`.
    """
    with transaction() as session:
        _require_station(place_id)
        approved = session.execute(
            update(Kiosk)
            .where(
                Kiosk.id == kiosk_id,
                Kiosk.status == KioskStatus.PENDING,
                Kiosk.created_at >= app_now() - CODE_LASTS,
            )
            .values(
                place_id=place_id,
                name=rules.clean_name(name)[:80],
                status=KioskStatus.ACTIVE,
                settings=settings or {},
            )
            .returning(Kiosk.id)
        ).scalar_one_or_none()
        if approved is None:
            raise NotFound("This device no longer waits. Let it ask again.")
        before = {"status": KioskStatus.PENDING}
        after = {"status": KioskStatus.ACTIVE, "place_id": str(place_id), **(settings or {})}
        record(actor, "kiosk.paired", "kiosk", kiosk_id, before=before, after=after)


def claim(code: str) -> str | None:
    """The device's token for the code of an approved kiosk: once. None when it is not (yet, or no longer) good."""
    cleaned = clean_code(code)
    if not cleaned:
        return None
    token = new_secret(TOKEN_PREFIX)
    with transaction() as session:
        claimed = session.execute(
            update(Kiosk)
            .where(Kiosk.pairing_code == cleaned, Kiosk.status == KioskStatus.ACTIVE)
            .values(pairing_code=None, token_hash=hash_of(token), last_seen_at=app_now())
            .returning(Kiosk.id)
        ).scalar_one_or_none()
    return token if claimed else None


def kiosk_of_token(token: str | None) -> KioskDevice | None:
    """The device of a token, or None when it is not known or revoked. One query, remembered for `SECONDS`."""
    if not token or not token.startswith(TOKEN_PREFIX) or len(token) > 100:
        return None
    hashed = hash_of(token)
    return _known.get(hashed, lambda: _read(hashed))


def forget_device(token_hash: str | None) -> None:
    """Something about the device has changed: this process reads it anew, the others do within `SECONDS`."""
    if token_hash:
        _known.forget(token_hash)


def revoke(kiosk_id: UUID, actor: Actor) -> None:
    """Lock a device out. Raises NotFound."""
    with transaction() as session:
        before = session.execute(
            select(Kiosk.token_hash, Kiosk.status).where(Kiosk.id == kiosk_id).with_for_update()
        ).one_or_none()
        if before is None:
            raise NotFound
        gone = {"status": KioskStatus.REVOKED, "token_hash": None, "pairing_code": None}
        session.execute(update(Kiosk).where(Kiosk.id == kiosk_id).values(**gone))
        record(actor, "kiosk.revoked", "kiosk", kiosk_id, before={"status": before.status},
               after={"status": KioskStatus.REVOKED})  # fmt: skip
    forget_device(before.token_hash)


def _read(hashed: str) -> KioskDevice | None:
    row = db.session.execute(
        select(Kiosk.id, Kiosk.name, Kiosk.place_id, Kiosk.settings, Kiosk.orders, Kiosk.state).where(
            Kiosk.token_hash == hashed, Kiosk.status == KioskStatus.ACTIVE, Kiosk.place_id.is_not(None)
        )
    ).one_or_none()
    if row is None:
        return None
    allowed = rights(row.settings, row.orders, row.state)
    return KioskDevice(row.id, row.name, row.place_id, row.settings, allowed)


def _require_station(place_id: UUID) -> None:
    if db.session.execute(select(Place.id).where(Place.id == place_id, Place.active)).first() is None:
        raise RuleBroken("There is no such station.", code="unknown_station", field="place_id")
