"""A kiosk's agent as a process of its own, with simulators, killed and started again like a real one."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

from core.kernel.activity import SYSTEM
from core.kernel.db import run_alone
from core.kernel.processes import end_process
from core.kernel.settings import PROJECT_ROOT
from core.peripherals.agent.agent import Agent, Devices
from core.peripherals.agent.drivers.base import DeviceError
from core.peripherals.agent.journal import Journal
from core.peripherals.agent.office import Office
from core.peripherals.agent.simulators.cash import SimulatedCashBox
from core.peripherals.agent.simulators.printer import SimulatedPrinter
from core.peripherals.agent.simulators.terminal import SimulatedTerminal
from core.peripherals.agents import agent_of_token, hello, issue_token
from core.peripherals.queries import CommandView, command, devices_of
from core.peripherals.simulate import simulate
from tests.support.processes import eventually
from tests.support.web import LiveServer


class AgentProcess:
    """`bookinghall kiosk-agent` of one kiosk of a `live_server`. Call its methods inside the application's context."""

    def __init__(self, server: LiveServer, kiosk_id: UUID, folder: Path, currency: str = "EUR") -> None:
        self.kiosk_id = kiosk_id
        self.folder = folder
        self._server = server
        self._token = folder / "token"
        self._token.write_text(issue_token(kiosk_id, SYSTEM))
        self._currency = currency
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "AgentProcess":
        """Start it, and wait until the office has heard of it."""
        before = self._version()
        options = [
            "--printer",
            "simulated",
            "--terminal",
            "simulated",
            "--cash",
            self._currency,
            "--scanner",
            "simulated",
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "core.cli", "kiosk-agent", "--office", self._server.url,
                 "--token-file", str(self._token), "--data", str(self.folder / "agent"), *options],
                cwd=PROJECT_ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        eventually(lambda: self.log.count("Connected") > before, otherwise=lambda: self.log)
        return self

    def _version(self) -> int:
        return self.log.count("Connected")

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def kill(self) -> None:
        """As a power cut does."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process:
            end_process(self.process, signal.SIGTERM, 5)

    def move(self, device: str, act: str, value: int | None = None) -> CommandView:
        """Move a simulator's hand, and wait until it has been moved."""
        moved = simulate(self.kiosk_id, device, act, value, SYSTEM)
        eventually(lambda: command(moved).status not in ("waiting", "taken"), otherwise=lambda: self.log)
        found = command(moved)
        assert found
        return found

    def insert(self, *values: int) -> None:
        """Put coins and notes in, each as soon as the box takes it."""
        for value in values:
            eventually(partial(self._taken, value), otherwise=lambda: self.log)

    def _taken(self, value: int) -> bool:
        return self.move("cash", "insert", value).status == "done"

    def condition(self, device: str) -> str:
        found = devices_of(self.kiosk_id)
        return str(found.state.get(device, {}).get("condition")) if found else "none"

    def movements(self) -> list[int]:
        """What went into its box and came out, as the office has it."""
        rows = run_alone(
            "SELECT amount FROM cash_movements WHERE kiosk_id = %(id)s ORDER BY id", {"id": self.kiosk_id}
        )
        return [row.amount for row in rows]


def give_cash_box(kiosk_id: UUID) -> None:
    """The kiosk's agent has said a moment ago that a cash box with change hangs on it."""
    agent = agent_of_token(issue_token(kiosk_id, SYSTEM))
    assert agent
    change = dict.fromkeys(("10", "20", "50", "100", "200", "500"), 20)
    box = {"condition": "ok", "currency": "EUR", "values": [100, 200, 500, 1000, 2000], "float": change}
    hello(agent, "1", {"cash": {"driver": "simulator"}}, {"cash": box})


class LocalAgent:
    """The same agent in a thread of this process, with its simulators at hand."""

    def __init__(self, url: str, kiosk_id: UUID, folder: Path, currency: str = "EUR") -> None:
        self.kiosk_id = kiosk_id
        token = issue_token(kiosk_id, SYSTEM)
        simulators = folder / "simulators"
        self.cash = SimulatedCashBox(simulators, currency)
        self.terminal = SimulatedTerminal(simulators)
        self.printer = SimulatedPrinter(simulators)
        self.printed = simulators / "printed.bin"
        self._connected = threading.Event()
        self._hands = count(1)
        devices = Devices(self.printer, self.cash, self.terminal, "simulator")
        self._agent = Agent(Office(url, token), Journal(folder / "journal.db"), devices, self._say)
        threading.Thread(target=self._agent.run, daemon=True).start()
        assert self._connected.wait(20)

    def _say(self, words: str) -> None:
        if words.startswith("Connected"):
            self._connected.set()

    def insert(self, *values: int) -> None:
        """Put coins and notes in, each as soon as the box takes it."""
        for value in values:
            eventually(partial(self._done, partial(self.cash.insert, value, f"hand-{next(self._hands)}")))

    def when_asked(self, act: Callable[[], str]) -> None:
        """Move a hand of the terminal as soon as it asks for a card."""
        eventually(partial(self._done, act))

    def _done(self, act: Callable[[], str]) -> bool:
        try:
            act()
        except DeviceError:
            return False
        return True

    def stop(self) -> None:
        self._agent.stop()
