"""The supervisor: starts, restarts, and above all stops real processes."""

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.kernel.settings import PROJECT_ROOT

OFFICE = """
import os, sys
from pathlib import Path
from core.jobs.supervisor import Child, Supervisor

def child(name, code, **more):
    return Child(name, [sys.executable, "-uc", code], **more)

POLITE = '''
import signal, sys, time
name = sys.argv[1] if len(sys.argv) > 1 else "?"
def end(*_):
    print("goodbye"); sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("hello")
while True: time.sleep(60)
'''
CHILDREN
Supervisor(children, os.environ, Path.cwd()).run(lambda: True, lambda: print("OPEN", flush=True))
print("CLOSED")
"""


class Office:
    """A process that runs a supervisor, and what it says."""

    def __init__(self, children: str) -> None:
        code = OFFICE.replace("CHILDREN", textwrap.dedent(children))
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

    def wait_for(self, part: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if part in line:
                return line.rstrip()
        pytest.fail(f"never said {part!r}, but: {self.lines}")

    def end(self) -> list[str]:
        out, _ = self.process.communicate(timeout=20)
        self.lines += out.splitlines()
        return self.lines

    def children(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]


@pytest.fixture
def offices() -> Iterator[list[Office]]:
    started: list[Office] = []
    yield started
    for office in started:
        if office.process.poll() is None:
            office.process.terminate()
            office.process.communicate()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def assert_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 5
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in pids if is_alive(pid)] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_reverse_order(offices: list[Office], number: signal.Signals) -> None:
    office = Office("children = [child('first', POLITE), child('second', POLITE)]")
    offices.append(office)
    office.wait_for("OPEN")
    while sum("hello" in line for line in office.lines) < 2:
        office.wait_for("hello")
    children = office.children()

    office.process.send_signal(number)
    said = office.end()

    assert [line for line in said if "goodbye" in line] == ["second | goodbye", "first  | goodbye"]
    assert said[-1] == "CLOSED"
    assert office.process.returncode == 0
    assert_gone(children)


def test_nothing_outlives_a_supervisor_that_is_killed(offices: list[Office]) -> None:
    office = Office("children = [child('web', POLITE), child('worker', POLITE)]")
    offices.append(office)
    office.wait_for("hello")
    office.wait_for("hello")
    children = office.children()
    assert len(children) == 2

    office.process.send_signal(signal.SIGKILL)

    assert_gone(children)


def test_a_child_that_dies_is_started_again_and_that_is_said(offices: list[Office]) -> None:
    office = Office(
        "children = [child('web', 'print(\"born\"); raise SystemExit(3)'), child('cron', POLITE)]"
    )
    offices.append(office)

    office.wait_for("web  | born")
    assert office.wait_for("ended") == "web  | ended with exit code 3; it starts again in 1 s."
    office.wait_for("web  | born")
    assert office.wait_for("ended") == "web  | ended with exit code 3; it starts again in 2 s."


def test_a_child_that_does_not_listen_is_ended(offices: list[Office]) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)"
    office = Office(f"children = [child('deaf', {deaf!r}, stop_seconds=0.3)]")
    offices.append(office)
    office.wait_for("| deaf")
    children = office.children()

    office.process.terminate()

    assert "deaf | did not stop in time and was ended." in office.end()
    assert_gone(children)


def test_what_a_child_left_behind_goes_with_it(offices: list[Office]) -> None:
    parent = (
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print('grandchild', p.pid); time.sleep(60)"
    )
    office = Office(f"children = [child('web', {parent!r})]")
    offices.append(office)
    grandchild = int(office.wait_for("grandchild").split()[-1])

    office.process.terminate()
    office.end()

    assert_gone([grandchild])


def test_a_flood_of_output_neither_blocks_nor_is_lost(offices: list[Office]) -> None:
    office = Office(
        "children = [child('loud', 'for n in range(20000): print(n)\\nimport time; time.sleep(60)')]"
    )
    offices.append(office)
    office.wait_for("loud | 19999")

    numbers = [int(line.split("| ")[1]) for line in office.lines if line.startswith("loud | ")]
    assert numbers == list(range(20000))
