"""Keys of partners' programs: made by an admin, shown once, kept as a hash, worth only their scopes."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select, update

from core.accounts import rules
from core.accounts.codes import hash_of, new_secret
from core.accounts.models import ApiKey
from core.accounts.remembered import Remembered
from core.kernel.activity import Actor, record
from core.kernel.codes import random_code
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id

#: A withdrawn key stops working at the latest after so many seconds.
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The partner behind a key."""

    key_id: UUID
    name: str
    scopes: frozenset[str]


_known: Remembered[str, KeyHolder | None] = Remembered(SECONDS)


def create(name: str, scopes: Collection[str], actor: Actor) -> tuple[UUID, str]:
    """A new key: its id, and the secret, which nobody can read again. Raises RuleBroken `unknown_scope`."""
    unknown = sorted(set(scopes) - rules.KEY_SCOPES)
    if unknown:
        raise RuleBroken(f"There is no such scope: {unknown[0]}.", code="unknown_scope", field="scopes")
    prefix = f"bh_{random_code(8)}"
    secret = new_secret(f"{prefix}_")
    values = {
        "id": new_id(),
        "name": rules.clean_name(name)[:120],
        "prefix": prefix,
        "key_hash": hash_of(secret),
        "scopes": sorted(set(scopes)),
    }
    with transaction() as session:
        session.execute(insert(ApiKey).values(**values))
        record(
            actor,
            "api_key.created",
            "api_key",
            values["id"],
            after={"prefix": prefix, "scopes": values["scopes"]},
        )
    return UUID(str(values["id"])), secret


def holder_of_key(secret: str) -> KeyHolder | None:
    """The partner of an active key, or None. One query, remembered for `SECONDS`."""
    if not secret.startswith("bh_") or len(secret) > 100:
        return None
    hashed = hash_of(secret)
    return _known.get(hashed, lambda: _read(hashed))


def deactivate(key_id: UUID, actor: Actor) -> None:
    """Withdraw a key. Raises NotFound."""
    with transaction() as session:
        hashed = session.execute(
            update(ApiKey).where(ApiKey.id == key_id).values(active=False).returning(ApiKey.key_hash)
        ).scalar_one_or_none()
        if hashed is None:
            raise NotFound
        change = {"before": {"active": True}, "after": {"active": False}}
        record(actor, "api_key.deactivated", "api_key", key_id, **change)
    _known.forget(hashed)


def _read(hashed: str) -> KeyHolder | None:
    row = db.session.execute(
        select(ApiKey.id, ApiKey.name, ApiKey.scopes).where(ApiKey.key_hash == hashed, ApiKey.active)
    ).one_or_none()
    return None if row is None else KeyHolder(row.id, row.name, frozenset(row.scopes))
