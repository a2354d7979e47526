"""Commands to a kiosk's devices: written in the transaction of what asks for them, taken by the agent, ended once."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from core.kernel.db import after_commit, run, run_alone
from core.kernel.ids import new_id
from core.peripherals import wake
from core.peripherals.agents import Agent
from core.peripherals.words import CommandKind, CommandStatus, Device

#: An agent takes what waits within a second; what nobody took after so many seconds is not done any more.
PATIENCE = 15
_LOOK_EVERY = 1.0
LONGEST_WAIT = 20


@dataclass(frozen=True, slots=True)
class Command:
    """A command as the agent sees it. `seconds` is how long it may still be begun; `subject_id` what it is about."""

    id: UUID
    device: str
    kind: str
    data: dict[str, Any]
    subject_id: UUID | None
    seconds: float


_SEND = """
INSERT INTO kiosk_commands (id, kiosk_id, device, kind, data, subject_id, expires_at)
VALUES (%(id)s, %(kiosk_id)s, %(device)s, %(kind)s, %(data)s::jsonb, %(subject_id)s,
  app_now() + make_interval(secs => %(patience)s))
ON CONFLICT (id) DO NOTHING
"""
_SEEN = "UPDATE kiosk_agents SET last_seen_at = app_now() WHERE kiosk_id = %(kiosk_id)s RETURNING kiosk_id"
_COLUMNS = (
    "id, device, kind, data, subject_id, extract(epoch FROM expires_at - app_now()) AS seconds, created_at"
)
_TAKE = f"""
WITH taken AS (
  UPDATE kiosk_commands SET status = 'taken', taken_at = app_now()
  WHERE kiosk_id = %(kiosk_id)s AND status = 'waiting' AND expires_at > app_now() AND device <> 'scanner'
  RETURNING {_COLUMNS}
)
SELECT * FROM taken ORDER BY created_at, id
"""  # noqa: S608 - put together from constants
_OPEN = f"""
SELECT {_COLUMNS} FROM kiosk_commands
WHERE kiosk_id = %(kiosk_id)s AND status = 'taken' AND NOT id = ANY(%(known)s) ORDER BY created_at, id
"""  # noqa: S608 - put together from constants
_END = """
UPDATE kiosk_commands SET status = %(status)s, result = %(result)s::jsonb, ended_at = app_now()
WHERE id = %(id)s AND kiosk_id = %(kiosk_id)s AND status IN ('waiting', 'taken', 'expired')
"""


def send(
    kiosk_id: UUID,
    device: Device,
    kind: CommandKind,
    data: Mapping[str, Any],
    *,
    command_id: UUID | None = None,
    subject_id: UUID | None = None,
    patience: float = PATIENCE,
) -> UUID:
    """Tell a device to do something, in the open transaction; returns the command's id.

    Under an id that was sent before nothing more is sent. ``patience``: seconds after which nobody begins it any more.
    """
    chosen = command_id or new_id()
    values = {"id": chosen, "kiosk_id": kiosk_id, "device": device, "kind": kind, "data": json.dumps(data),
              "subject_id": subject_id, "patience": patience}  # fmt: skip
    run(_SEND, values)
    after_commit(lambda: wake.call(kiosk_id))
    return chosen


def take(agent: Agent, wait: float, known: Collection[UUID] = ()) -> list[Command]:
    """What the agent has to do; waits up to so many seconds for it. No connection is held meanwhile.

    ``known``: what it took before and has not ended. Anything else that was taken is given again: the answer with it was
    lost, or went to an agent that died.
    """
    values = {"kiosk_id": agent.kiosk_id, "known": list(known)}
    run_alone(_SEEN, values)
    end = monotonic() + min(wait, LONGEST_WAIT)
    while True:
        seen = wake.count(agent.kiosk_id)
        found = [*run_alone(_OPEN, values), *run_alone(_TAKE, values)]
        left = end - monotonic()
        if found or left <= 0:
            return [Command(r.id, r.device, r.kind, r.data, r.subject_id, float(r.seconds)) for r in found]
        wake.wait(agent.kiosk_id, seen, min(left, _LOOK_EVERY))


def end(kiosk_id: UUID, command_id: UUID, status: CommandStatus, result: Mapping[str, Any]) -> bool:
    """Say what came of a command, in the open transaction. True for the one who ended it."""
    values = {"id": command_id, "kiosk_id": kiosk_id, "status": status, "result": json.dumps(result)}
    return run(_END, values).rowcount == 1
