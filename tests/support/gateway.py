"""The simulated payment service as a real process, its waits shrunk to a fiftieth."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from core.kernel.settings import PROJECT_ROOT, Settings

PACE = 0.02


@dataclass
class GatewayProcess:
    """`bookinghall simulated-gateway`, as the supervisor would run it, at the address that `settings` name."""

    settings: Settings
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.settings.simulated_gateway_url

    def start(self) -> None:
        """Run it, and return when it answers."""
        command = [sys.executable, "-m", "core.cli", "simulated-gateway", "--pace", str(PACE)]
        environment = {**os.environ, **self.settings.environment()}
        self.process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment)
        until(self._answers)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def _answers(self) -> bool:
        try:
            return httpx.get(self.url + "/intents/none", timeout=1).status_code == 401
        except httpx.HTTPError:
            return False


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until it is true; fail when it does not become so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def gateway_process(base_settings: Settings) -> Iterator[GatewayProcess]:
    """The gateway that every test's office knows by its settings; ask for it where somebody pays."""
    process = GatewayProcess(base_settings)
    process.start()
    yield process
    process.stop()
