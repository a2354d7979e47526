"""Runs the office's processes together: starts them, restarts what dies, stops all in reverse order.

One thread, no polling: it sleeps until a process writes or ends, a signal comes or a time is due.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from core.kernel.processes import end_with_parent

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0  # a process that lived this long starts its pauses anew
_PROBE_SECONDS = 0.25
_COLOURS = (36, 32, 35, 34, 33)


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running."""

    name: str
    command: Sequence[str]
    stop_seconds: float = 6.0
    """How long it may take to end when asked to; then it is killed."""


@dataclass(slots=True)
class _Running:
    child: Child
    label: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restart_at: float | None = None
    pause: float = _FIRST_PAUSE
    unfinished: bytes = field(default=b"")


class Supervisor:
    """Keeps `children` running until SIGINT or SIGTERM."""

    def __init__(
        self,
        children: Sequence[Child],
        environment: Mapping[str, str],
        folder: Path,
        say: Callable[[str], None] = lambda line: print(line, flush=True),
    ) -> None:
        width = max(len(c.name) for c in children)
        self._all = [_Running(c, _label(c.name, width, n)) for n, c in enumerate(children)]
        self._environment = dict(environment)
        self._folder = folder
        self._say = say
        self._selector = selectors.DefaultSelector()
        self._signals = 0

    def run(self, is_ready: Callable[[], bool], when_ready: Callable[[], None]) -> None:
        """Run until told to stop. `is_ready` is asked until it says yes, then `when_ready` called once."""
        with _Wakeup(self._selector, self._on_signal):
            for running in self._all:
                self._start(running)
            try:
                self._watch(is_ready, when_ready)
            finally:
                self._stop_all()

    # -- the loop ----------------------------------------------------------------------------------

    def _watch(self, is_ready: Callable[[], bool], when_ready: Callable[[], None]) -> None:
        ready = False
        while not self._told_to_stop():
            self._wait(self._next_due(probing=not ready))
            self._look_after_all()
            if not ready and not self._told_to_stop() and is_ready():
                ready = True
                when_ready()

    def _next_due(self, *, probing: bool) -> float | None:
        """Seconds until something must be done, None for nothing."""
        now = time.monotonic()
        due = [r.restart_at - now for r in self._all if r.restart_at is not None]
        if probing:
            due.append(_PROBE_SECONDS)
        return max(0.0, min(due)) if due else None

    def _wait(self, seconds: float | None) -> None:
        for key, _ in self._selector.select(seconds):
            if isinstance(key.data, _Running):
                self._pass_on(key.data)
            else:
                _drain(key.fd)

    def _look_after_all(self) -> None:
        now = time.monotonic()
        for running in self._all:
            if running.process is not None and running.process.poll() is not None:
                self._note_end(running)
            if running.restart_at is not None and running.restart_at <= now:
                self._start(running)

    # -- one process -------------------------------------------------------------------------------

    def _start(self, running: _Running) -> None:
        running.restart_at = None
        running.started = time.monotonic()
        running.process = subprocess.Popen(
            list(running.child.command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            env=self._environment,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the others in order
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it makes one system call
        )
        output = running.process.stdout
        assert output is not None  # noqa: S101 - asked for above
        os.set_blocking(output.fileno(), False)
        self._selector.register(output, selectors.EVENT_READ, running)

    def _note_end(self, running: _Running) -> None:
        code = self._close(running)
        if time.monotonic() - running.started > _STEADY_SECONDS:
            running.pause = _FIRST_PAUSE
        self._say(f"{running.label}ended {_how(code)}; it starts again in {running.pause:.0f} s.")
        running.restart_at = time.monotonic() + running.pause
        running.pause = min(running.pause * 2, _LONGEST_PAUSE)

    def _close(self, running: _Running) -> int:
        """End what the process left behind, read the rest, and forget it. Returns its exit code."""
        process = running.process
        assert process is not None  # noqa: S101 - callers look first
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        while self._pass_on(running):
            pass
        self._forget_output(process)
        if running.unfinished:
            self._say(running.label + running.unfinished.decode(errors="replace"))
            running.unfinished = b""
        running.process = None
        return code

    def _pass_on(self, running: _Running) -> bool:
        """Say the lines that the process wrote; False when there was nothing to read."""
        process = running.process
        if process is None or process.stdout is None or process.stdout.closed:
            return False
        try:
            data = os.read(process.stdout.fileno(), 65536)
        except BlockingIOError:
            return False
        if not data:
            self._forget_output(process)
            return False
        *lines, running.unfinished = (running.unfinished + data).split(b"\n")
        for line in lines:
            self._say(running.label + line.decode(errors="replace"))
        return True

    def _forget_output(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is not None and not process.stdout.closed:
            self._selector.unregister(process.stdout)
            process.stdout.close()

    # -- the end -----------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        self._say("Stopping …")
        for running in reversed(self._all):
            running.restart_at = None
            if running.process is not None:
                self._stop(running, running.process)

    def _stop(self, running: _Running, process: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError):
            process.terminate()
        deadline = time.monotonic() + running.child.stop_seconds
        while process.poll() is None and time.monotonic() < deadline and self._signals < 2:
            self._wait(min(0.5, max(0.0, deadline - time.monotonic())))
        if process.poll() is None:
            self._say(f"{running.label}did not stop in time and was ended.")
            process.kill()
            process.wait()
        self._close(running)

    def _told_to_stop(self) -> bool:
        return self._signals > 0

    def _on_signal(self, number: int) -> None:
        if number != signal.SIGCHLD:
            self._signals += 1


class _Wakeup:
    """Turns signals into something that the selector sees at once."""

    _NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)

    def __init__(self, selector: selectors.BaseSelector, handle: Callable[[int], None]) -> None:
        self._selector = selector
        self._handle = handle
        self._ours, self._systems = socket.socketpair()
        self._before: dict[signal.Signals, object] = {}
        self._fd_before = -1

    def __enter__(self) -> None:
        self._ours.setblocking(False)
        self._systems.setblocking(False)
        self._selector.register(self._ours, selectors.EVENT_READ, None)
        self._fd_before = signal.set_wakeup_fd(self._systems.fileno(), warn_on_full_buffer=False)
        for number in self._NUMBERS:
            self._before[number] = signal.signal(number, self._receive)

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]  # what signal() gave, it takes back
        signal.set_wakeup_fd(self._fd_before)
        self._selector.close()
        self._ours.close()
        self._systems.close()

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self._handle(number)


def _drain(descriptor: int) -> None:
    with suppress(BlockingIOError):
        os.read(descriptor, 4096)


def _label(name: str, width: int, number: int) -> str:
    text = f"{name:<{width}} | "
    return f"\033[{_COLOURS[number % len(_COLOURS)]}m{text}\033[0m" if sys.stdout.isatty() else text


def _how(code: int) -> str:
    return f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
