"""The agent of a kiosk: its token, which ends with the kiosk's own right to sell, and what it says of itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.accounts.codes import hash_of, new_secret
from core.accounts.models import KioskStatus
from core.accounts.remembered import Remembered
from core.kernel.activity import Actor, record
from core.kernel.db import run, run_alone, transaction
from core.kernel.errors import NotFound

TOKEN_PREFIX = "bha_"  # noqa: S105 - says what a token is for
#: A token of a kiosk that was locked out is refused at the latest after so many seconds.
SECONDS = 3.0
_LONGEST_STATE = 8_000


@dataclass(frozen=True, slots=True)
class Agent:
    """The agent that asks: of which kiosk, at which station."""

    kiosk_id: UUID
    name: str
    place_id: UUID


@dataclass(frozen=True, slots=True)
class Welcome:
    """What an agent is told when it starts: the number of its last event that is known here."""

    kiosk: str
    last_event: int
    now: datetime


_known: Remembered[str, Agent | None] = Remembered(SECONDS)

_ISSUE = """
INSERT INTO kiosk_agents (kiosk_id, token_hash)
SELECT id, %(hash)s FROM kiosks WHERE id = %(kiosk_id)s AND status = 'active' AND place_id IS NOT NULL
ON CONFLICT (kiosk_id) DO UPDATE SET token_hash = excluded.token_hash
RETURNING created_at < app_now() AS had_one
"""
_READ = """
SELECT k.id, k.name, k.place_id FROM kiosk_agents a JOIN kiosks k ON k.id = a.kiosk_id
WHERE a.token_hash = %(hash)s AND k.status = %(active)s
"""
_HELLO = """
UPDATE kiosk_agents SET version = %(version)s, devices = %(devices)s::jsonb, state = %(state)s::jsonb,
  last_seen_at = app_now()
WHERE kiosk_id = %(kiosk_id)s RETURNING last_event, app_now() AS now
"""


def issue_token(kiosk_id: UUID, actor: Actor) -> str:
    """A new token for the agent of this kiosk, shown once; the one before ends. Raises NotFound unless it may sell."""
    token = new_secret(TOKEN_PREFIX)
    with transaction():
        row = run(_ISSUE, {"kiosk_id": kiosk_id, "hash": hash_of(token)}).fetchone()
        if row is None:
            raise NotFound("There is no such kiosk that may sell.")
        before = {"tokens": 1 if row.had_one else 0}
        record(actor, "kiosk.agent_token", "kiosk", kiosk_id, before=before, after={"tokens": 1})
    _known.clear()
    return token


def agent_of_token(token: str) -> Agent | None:
    """The agent of a token, or None when it is not known, replaced, or its kiosk was locked out."""
    if not token.startswith(TOKEN_PREFIX) or len(token) > 100:
        return None
    hashed = hash_of(token)
    return _known.get(hashed, lambda: _read(hashed))


def hello(agent: Agent, version: str, devices: Mapping[str, Any], state: Mapping[str, Any]) -> Welcome:
    """An agent has started, and says which devices it has and how they are. Raises NotFound."""
    values = {
        "kiosk_id": agent.kiosk_id,
        "version": version[:40],
        "devices": _bounded(devices),
        "state": _bounded(state),
    }
    with transaction():
        row = run(_HELLO, values).fetchone()
        if row is None:
            raise NotFound
    return Welcome(agent.name, row.last_event, row.now)


def _read(hashed: str) -> Agent | None:
    rows = run_alone(_READ, {"hash": hashed, "active": KioskStatus.ACTIVE})
    return Agent(rows[0].id, rows[0].name, rows[0].place_id) if rows else None


def _bounded(value: Mapping[str, Any]) -> str:
    text = json.dumps(value)
    return text if len(text) <= _LONGEST_STATE else "{}"
