"""Child processes that never outlive their parent, and that end politely when asked."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec

P = ParamSpec("P")

_PR_SET_PDEATHSIG = 1
# Loaded here, once: between fork and exec nothing may be imported.
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(last_wish: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` after which the system sends `last_wish` to the child when its parent dies.

    The system means the thread that started the child: start children from a thread that lives as
    long as the process.
    """
    parent = os.getpid()

    def ask() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(last_wish), 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask


def end_process(process: subprocess.Popen[bytes], request: signal.Signals, seconds: float) -> None:
    """Ask the process to end, and kill it when it has not within `seconds`."""
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(request)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def not_in_a_fork(action: Callable[P, object]) -> Callable[P, None]:
    """`action`, done only by the process that calls this now: a fork that ends must not tidy up after its parent."""
    owner = os.getpid()

    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        if os.getpid() == owner:
            action(*args, **kwargs)

    return guarded
