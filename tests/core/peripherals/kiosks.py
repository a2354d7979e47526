"""A kiosk with an agent to test with: its devices as it says they are, and its events without a machine."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from core.accounts.kiosks import prepare
from core.booking.parties import Holder
from core.booking.reserve import reserve
from core.kernel.activity import SYSTEM, Actor
from core.peripherals.agents import Agent, agent_of_token, hello, issue_token
from core.peripherals.commands import Command, take
from core.peripherals.report import Event, report
from core.peripherals.words import EventKind
from tests.support.factories import Office
from tests.support.till import open_till

FLOAT = {"10": 20, "20": 20, "50": 20, "100": 20, "200": 20, "500": 6, "1000": 6}
VALUES = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]


def box_state(**more: Any) -> dict[str, Any]:
    return {"condition": "ok", "currency": "EUR", "values": VALUES, "float": FLOAT, **more}


@dataclass
class Machine:
    """A kiosk whose agent is this test."""

    kiosk_id: UUID
    token: str
    agent: Agent
    numbers: count = field(default_factory=lambda: count(1))
    seen: list[UUID] = field(default_factory=list)

    @property
    def holder(self) -> Holder:
        return Holder("kiosk", f"{self.kiosk_id}:{'a' * 32}", "Kiosk 1")

    @property
    def actor(self) -> Actor:
        return Actor("kiosk", str(self.kiosk_id), "Kiosk 1")

    def hello(self, **state: Any) -> None:
        said = {"cash": box_state(), "terminal": {"condition": "ok"}, "printer": {"condition": "ok"}, **state}
        hello(self.agent, "1", {name: {"driver": "simulator"} for name in (*said, "scanner")}, said)

    def hold(self, office: Office, *seats: int) -> UUID:
        return reserve(office.ask(*(seats or (0,)), channel="kiosk"), self.holder, self.actor).reservation_id

    def take(self, *known: UUID) -> list[Command]:
        return take(self.agent, 0, known)

    def new(self) -> list[Command]:
        """What there is to do that this test has not seen."""
        found = take(self.agent, 0, self.seen)
        self.seen += [each.id for each in found]
        return found

    def tell(self, kind: str, command_id: UUID | None = None, **data: Any) -> int:
        event = Event(next(self.numbers), kind, command_id, data)
        return report(self.agent, [event])

    def insert(self, accept: UUID, *values: int) -> None:
        for value in values:
            self.tell(EventKind.INSERTED, accept, value=value, currency="EUR")


def make_machine(office: Office, name: str = "Kiosk 1") -> Machine:
    kiosk_id, _ = prepare(office.places[0], name, SYSTEM)
    open_till(kiosk_id, "kiosk")
    token = issue_token(kiosk_id, SYSTEM)
    agent = agent_of_token(token)
    assert agent is not None
    machine = Machine(kiosk_id, token, agent)
    machine.hello()
    return machine
