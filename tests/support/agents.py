"""A kiosk's agent as a process of its own, with simulators, killed and started again like a real one."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from uuid import UUID

from core.kernel.activity import SYSTEM
from core.kernel.db import run_alone
from core.kernel.processes import end_process
from core.kernel.settings import PROJECT_ROOT
from core.peripherals.agents import issue_token
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
