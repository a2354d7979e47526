"""The office's own processes, started as in production and ended by the test that started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.kernel.processes import end_process
from core.kernel.settings import PROJECT_ROOT, Settings

Start = Callable[[str, Settings], "Running"]


class Running:
    """A `bookinghall` command on its way; `output` is what it said so far."""

    def __init__(self, command: str, settings: Settings, log: Path) -> None:
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "core.cli", command],
                cwd=PROJECT_ROOT,
                env={**os.environ, **settings.environment(), "PYTHONUNBUFFERED": "1"},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, words: str, seconds: float = 30) -> None:
        """Until the process has said these words."""
        eventually(lambda: words in self.output, seconds, lambda: f"{words!r} was not said:\n{self.output}")

    def stop(self, request: signal.Signals = signal.SIGTERM) -> float:
        """Ask it to end; returns after how many seconds it did."""
        begun = time.monotonic()
        end_process(self.process, request, 10)
        return time.monotonic() - begun


def eventually(
    true: Callable[[], bool], seconds: float = 20, otherwise: Callable[[], str] = lambda: "it never came true"
) -> None:
    """Wait until something is true, at most so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.05)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a command with these settings; what is still running at the end is killed."""
    started: list[Running] = []

    def run(command: str, settings: Settings) -> Running:
        started.append(Running(command, settings, tmp_path / f"{command}-{len(started)}.log"))
        return started[-1]

    yield run
    for each in started:
        each.stop(signal.SIGKILL)
