"""An office of its own for the pictures: demo data in a folder that goes away, on free ports, ended in the end."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.kernel.settings import PROJECT_ROOT

_PATIENCE = 120.0
_PAIRING = re.compile(r"(http\S+/kiosk/pair/\S+)")
_SIGN_IN = re.compile(r"(\S+@\S+)\s+password (\S+)")


@dataclass(frozen=True)
class OpenOffice:
    """Where it is, the one-time link that makes a browser the kiosk, and how an admin signs in."""

    url: str
    pairing_link: str
    admin_email: str
    admin_password: str


@contextmanager
def open_office() -> Iterator[OpenOffice]:
    """Run `bookinghall run` until the block ends. RuntimeError with its output when it does not open."""
    folder = Path(tempfile.mkdtemp(prefix="bookinghall-screens-"))
    folder.chmod(0o711)
    port = free_port()
    process = _start(folder / "data", port)
    try:
        said = _listen(process)
        pairing, sign_in = _PAIRING.search(said), _SIGN_IN.search(said)
        if not (pairing and sign_in):
            raise RuntimeError("the office did not say how to get in:\n" + said)
        yield OpenOffice(f"http://127.0.0.1:{port}", pairing[1], sign_in[1], sign_in[2])
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A TCP port of this machine that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(data: Path, port: int) -> subprocess.Popen[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BOOKINGHALL_")},
        "BOOKINGHALL_DATA_DIR": str(data),
        "BOOKINGHALL_PORT": str(port),
        "BOOKINGHALL_SIMULATED_GATEWAY_URL": f"http://127.0.0.1:{free_port()}",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "core.cli", "run"]
    return subprocess.Popen(
        command,
        cwd=PROJECT_ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _listen(process: subprocess.Popen[str]) -> str:
    """Everything that it says until it is open; then goes on reading, so that it never waits for a reader."""
    output = process.stdout
    assert output is not None
    said: list[str] = []
    opened = threading.Event()

    def read() -> None:
        for line in output:
            if not opened.is_set():
                said.append(line)
            if "Ctrl-C closes it" in line:
                opened.set()

    threading.Thread(target=read, daemon=True).start()
    if not opened.wait(_PATIENCE):
        raise RuntimeError("the office did not open:\n" + "".join(said))
    return "".join(said)
