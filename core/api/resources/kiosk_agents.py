"""For the agent of a kiosk, the program that holds its printer, cash box and card terminal. It has a token of its own,
which opens nothing else and ends with the kiosk's right to sell.
"""

import json
from typing import Any

from flask import request

from core.api.endpoints import NOBODY_ASKED, endpoint
from core.api.parsing import NotValid
from core.api.schemas.devices import CommandsOut, EventsBody, EventsOut, HelloBody, TakeBody, WelcomeOut
from core.kernel.errors import Unauthenticated
from core.peripherals.agents import Agent, agent_of_token, hello
from core.peripherals.commands import take
from core.peripherals.report import Event, report

_LARGEST = 8_000


@endpoint("POST", "/kiosk-agent/hello", access=NOBODY_ASKED, body=HelloBody, answer=WelcomeOut, errors=(401,))
def start(body: HelloBody) -> Any:
    """An agent has started and says which devices it has."""
    agent = _agent()
    _bounded(body.devices, body.state)
    told = hello(agent, body.version, body.devices, body.state)
    return {"kiosk": told.kiosk, "last_event": told.last_event, "now": told.now.isoformat()}


@endpoint("POST", "/kiosk-agent/commands", access=NOBODY_ASKED, body=TakeBody, answer=CommandsOut, errors=(401,))  # fmt: skip
def take_commands(body: TakeBody) -> Any:
    """Take what the devices have to do next; the answer waits until there is something."""
    found = take(_agent(), body.wait, body.known)
    return {
        "commands": [
            {"id": str(each.id), "device": each.device, "kind": each.kind, "data": each.data, "seconds": each.seconds}
            for each in found
        ]
    }  # fmt: skip


@endpoint("POST", "/kiosk-agent/events", access=NOBODY_ASKED, body=EventsBody, answer=EventsOut, errors=(401, 409))  # fmt: skip
def record_events(body: EventsBody) -> Any:
    """Report what happened, in order. What is known already is passed over, so asking again is safe."""
    agent = _agent()
    _bounded(*(event.data for event in body.events))
    events = [Event(e.number, e.kind, e.command_id, e.data, e.at) for e in body.events]
    return {"last_event": report(agent, events)}


def _agent() -> Agent:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = agent_of_token(token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise Unauthenticated("This is not the token of a kiosk's agent, or no longer.", code="agent_unknown")
    return found


def _bounded(*said: dict[str, Any]) -> None:
    """Devices say little: nobody fills the tables by their way."""
    for each in said:
        text = json.dumps(each)
        if len(text) > _LARGEST or "\\u0000" in text:
            raise NotValid("A device said more than fits.", field="data", errors=[])
