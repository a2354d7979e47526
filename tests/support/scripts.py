"""The scripts of the checkout, run as a person runs them, in the environment that the tests run in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.kernel.settings import PROJECT_ROOT

SETUP = PROJECT_ROOT / "scripts" / "lib" / "setup.sh"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What to add to the environment so that a script finds everything set up and starts at once.

    An environment folder with this Python, and the stamps that say what was installed into it.
    """
    folder = tmp_path_factory.mktemp("environment")
    (folder / "bin").mkdir()
    python = folder / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    stamp = 'echo "$(fingerprint pyproject.toml constraints.txt) $ROOT"'
    installed = subprocess.run(
        ["bash", "-c", f'. "{SETUP}"; {stamp}'], capture_output=True, text=True, check=True
    ).stdout
    for purpose in ("run", "test"):
        (folder / f".bookinghall-{purpose}").write_text(installed)
    return {"BOOKINGHALL_VENV": str(folder)}


def run_script(
    name: str, *words: str, seconds: float = 100, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """`scripts/<name>` to its end."""
    return subprocess.run(
        [str(PROJECT_ROOT / "scripts" / name), *words],
        env={**os.environ, **environment},
        cwd=Path("/"),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
