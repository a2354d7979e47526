"""The `bookinghall` command: every command of the table exists, and faults are sentences."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli import COMMANDS, main
from core.kernel.settings import PROJECT_ROOT


def bookinghall(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "core.cli", *words],
        cwd=PROJECT_ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_exists_and_explains_itself(name: str) -> None:
    command = main.get_command(main.make_context("bookinghall", ["--help"], resilient_parsing=True), name)

    assert command is not None
    assert command.help


def test_wrong_settings_are_told_without_a_stack_trace(tmp_path: Path) -> None:
    done = bookinghall("migrate", BOOKINGHALL_PORT="eighty", BOOKINGHALL_DATA_DIR=str(tmp_path))

    assert done.returncode == 1
    assert "BOOKINGHALL_PORT must be a whole number." in done.stderr
    assert "Traceback" not in done.stderr


def test_migrate_prepares_an_embedded_database_and_may_be_repeated(run_folder: Path) -> None:
    environment = {"BOOKINGHALL_DATA_DIR": str(run_folder / "migrated"), "DATABASE_URL": "", "REDIS_URL": ""}

    for _ in range(2):
        done = bookinghall("migrate", **environment)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "The database is up to date.\n"


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    done = bookinghall(
        "migrate",
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing",
        REDIS_URL="redis://127.0.0.1:1",
        BOOKINGHALL_DATA_DIR=str(tmp_path),
    )

    assert done.returncode == 1
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_was_never_migrated_is_a_sentence(run_folder: Path) -> None:
    feed = PROJECT_ROOT / "tests/data/gtfs/boston-harbor-2018/boston-harbor-2018.zip"
    done = bookinghall(
        "import-gtfs",
        str(feed),
        BOOKINGHALL_DATA_DIR=str(run_folder / "never_migrated"),
        DATABASE_URL="",
        REDIS_URL="",
    )

    assert done.returncode == 1
    assert done.stderr == "The database is not at the newest schema. Run bookinghall migrate first.\n"
