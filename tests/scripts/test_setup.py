"""The set-up scripts: they parse, they say plainly what is missing, and do nothing twice."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.kernel.settings import PROJECT_ROOT

SCRIPTS = [".ci/run", "scripts/kiosk", "scripts/run", "scripts/test"]
SETUP = PROJECT_ROOT / "scripts" / "lib" / "setup.sh"


def shell(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run `code` after the set-up functions were read."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'. "{SETUP}"\n{code}'],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def program(folder: Path, name: str, code: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/bash\n{code}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_can_be_run_and_are_valid(name: str) -> None:
    path = PROJECT_ROOT / name

    assert path.stat().st_mode & stat.S_IXUSR
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0


def test_missing_packages_are_named_for_their_purpose() -> None:
    nothing = 'for name in library chromium postgres; do eval "has_$name() { return 1; }"; done; command() { return 1; }\n'

    run = shell(nothing + "missing_packages run").stdout.split()
    test = shell(nothing + "missing_packages test").stdout.split()

    assert {"libpango-1.0-0", "libharfbuzz-subset0", "redis-server"} <= set(run)
    assert "chromium" not in run
    assert "postgresql" not in run
    assert {"chromium", "postgresql"} <= set(test)


def test_tests_stop_without_a_browser_and_say_what_to_install() -> None:
    done = shell("explain_missing test chromium fonts-noto-core")

    assert done.returncode == 1
    assert "Install with: sudo apt-get install chromium fonts-noto-core" in done.stderr
    assert "Without Chromium the browser tests cannot run" in done.stderr


def test_ubuntus_package_without_a_browser_is_not_taken_for_one(tmp_path: Path) -> None:
    program(tmp_path, "chromium-browser", 'echo "requires the chromium snap to be installed" >&2; exit 1')
    only_that = f"PATH={tmp_path}; hash -r; has_chromium"

    assert shell(only_that).returncode == 1
    program(tmp_path, "chromium-browser", "exit 0")
    assert shell(only_that).returncode == 0

    done = shell("is_ubuntu() { return 0; }; explain_missing test chromium")
    assert done.returncode == 1
    assert "sudo snap install chromium" in done.stderr


def test_tests_go_on_without_the_oldest_postgres_and_say_so() -> None:
    done = shell("explain_missing test postgresql; echo went on")

    assert done.stdout == "went on\n"
    assert "only the embedded PostgreSQL is tested" in done.stderr


def test_an_office_opens_without_what_it_can_do_without() -> None:
    done = shell("explain_missing run fonts-noto-core libharfbuzz-subset0; echo went on")

    assert done.stdout == "went on\n"
    assert "sudo apt-get install fonts-noto-core libharfbuzz-subset0" in done.stderr


def test_an_office_does_not_open_without_what_tickets_need() -> None:
    done = shell("explain_missing run libpango-1.0-0")

    assert done.returncode == 1
    assert "no ticket can be made" in done.stderr


def test_a_python_that_is_too_old_is_not_taken(tmp_path: Path) -> None:
    program(tmp_path, "python3", "exit 1")  # every question about its version is answered with no
    for name in ("python3.11", "python3.12", "python3.13", "python3.14"):
        program(tmp_path, name, "exit 1")

    done = shell("may_install() { return 1; }; ensure_python", PATH=f"{tmp_path}:{os.environ['PATH']}")

    assert done.returncode == 1
    assert "Bookinghall needs Python 3.11 or newer" in done.stderr


def test_a_newer_python_beside_an_old_one_is_found(tmp_path: Path) -> None:
    program(tmp_path, "python3", "exit 1")
    program(tmp_path, "python3.13", "exit 0")

    assert shell("find_python", PATH=f"{tmp_path}:{os.environ['PATH']}").stdout == f"{tmp_path}/python3.13\n"


def test_nothing_is_installed_again_when_nothing_changed(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    log = tmp_path / "calls"
    program(tmp_path / "bin", "python", f'echo "$*" >> {log}')
    environment = {"BOOKINGHALL_VENV": str(tmp_path)}

    for _ in range(3):
        assert shell("ensure_environment run", **environment).returncode == 0
    calls = [line for line in log.read_text().splitlines() if "pip install" in line]

    assert len(calls) == 1
    assert "--constraint constraints.txt --editable ." in calls[0]
    assert shell("ensure_environment test", **environment).returncode == 0
    assert log.read_text().splitlines()[-1].endswith("--editable .[test]")


def test_a_failed_installation_shows_why_and_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin", "python", '[ "$1" = -c ] && exit 0; echo "no space left"; exit 1')

    done = shell("ensure_environment run", BOOKINGHALL_VENV=str(tmp_path))

    assert done.returncode == 1
    assert "no space left" in done.stderr
    assert not list(tmp_path.glob(".bookinghall-*"))


def test_npm_comes_with_the_python_packages_where_a_machine_has_none() -> None:
    done = shell("command() { return 1; }; run_npm --version", BOOKINGHALL_VENV=sys.prefix)

    assert done.returncode == 0
    assert done.stdout.split(".")[0].isdigit()
