"""Embedded servers: they start, keep data, end with their owner, and belong to one at a time."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest
import redis

from core.kernel.embedded import EmbeddedServerError, embedded_servers, hosting
from core.kernel.embedded.hosting import reachable
from core.kernel.settings import PROJECT_ROOT, Settings

_numbers = count(1)

HOLD_UNTIL_KILLED = """
import sys, time
from core.kernel.embedded import embedded_servers
from core.kernel.embedded.hosting import reachable
from core.kernel.settings import Settings
with embedded_servers(Settings.load()) as addresses:
    print(*addresses, flush=True)
    time.sleep(60)
"""

FORK_AND_ASK = """
import os, psycopg, sys
from core.kernel.embedded import embedded_servers
from core.kernel.embedded.hosting import reachable
from core.kernel.settings import Settings
settings = Settings.load()
with embedded_servers(settings) as (url, _):
    if os.fork() == 0:
        sys.exit()
    os.wait()
    with psycopg.connect(url.replace("+psycopg", "")) as db:
        print(db.execute("SELECT 1").fetchone(), (settings.data_dir / "run.json").exists())
"""


@pytest.fixture
def settings(run_folder: Path) -> Settings:
    folder = run_folder / f"embedded-{next(_numbers)}"
    return Settings.load({"BOOKINGHALL_DATA_DIR": str(folder)})


@pytest.fixture
def owner(settings: Settings) -> Iterator["subprocess.Popen[str]"]:
    """Another process that runs the servers of the same data folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_UNTIL_KILLED],
        cwd=PROJECT_ROOT,
        env={**os.environ, **settings.environment()},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def servers_in(folder: Path) -> list[str]:
    """Names of the processes that work in `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            place, name = (process / "cwd").readlink(), (process / "comm").read_text().strip()
        except OSError:
            continue
        if place.is_relative_to(folder):
            found.append(name)
    return sorted(found)


def wait_for_end(folder: Path) -> None:
    deadline = time.monotonic() + 10
    while servers_in(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert servers_in(folder) == []


def test_both_servers_run_and_the_data_outlives_them(settings: Settings) -> None:
    with embedded_servers(settings) as (database_url, redis_url):
        with connect(database_url) as db:
            db.execute("CREATE TABLE kept (word text)")
            db.execute("INSERT INTO kept VALUES ('still here')")
        assert redis_url is not None
        assert redis.Redis.from_url(redis_url).ping()
    assert servers_in(settings.data_dir) == []

    with embedded_servers(settings) as (database_url, _), connect(database_url) as db:
        assert db.execute("SELECT word FROM kept").fetchone() == ("still here",)
        assert db.execute("SHOW fsync").fetchone() == ("on",)
        assert db.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_nothing_starts_when_both_servers_are_named(settings: Settings) -> None:
    named = settings.with_servers("postgresql://db/hall", "redis://queue")

    with embedded_servers(named) as addresses:
        assert addresses == ("postgresql+psycopg://db/hall", "redis://queue")
        assert servers_in(settings.data_dir) == []
    assert not (settings.data_dir / "postgres").exists()


def test_no_network_port_is_opened(settings: Settings) -> None:
    with embedded_servers(settings) as (database_url, redis_url), connect(database_url) as db:
        assert db.execute("SHOW listen_addresses").fetchone() == ("",)
        assert redis_url is not None
        assert redis_url.startswith("unix://")


def test_servers_end_with_an_owner_that_is_killed_and_start_again(
    settings: Settings, owner: "subprocess.Popen[str]"
) -> None:
    assert owner.stdout is not None
    owner.stdout.readline()
    assert {"postgres", "redis-server"} <= set(servers_in(settings.data_dir))

    owner.send_signal(signal.SIGKILL)
    with embedded_servers(settings) as (database_url, _), connect(database_url) as db:
        assert db.execute("SELECT 1").fetchone() == (1,)
    wait_for_end(settings.data_dir)


def test_leftovers_of_a_power_cut_do_not_stop_the_start(settings: Settings) -> None:
    with embedded_servers(settings):
        pass
    (settings.data_dir / "postgres" / "18" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    (settings.data_dir / "redis" / "redis.pid").write_text("1\n")
    (settings.data_dir / "redis" / "redis.sock").write_text("")
    (settings.data_dir / "run.json").write_text("{")

    with embedded_servers(settings) as (database_url, _), connect(database_url) as db:
        assert db.execute("SELECT 1").fetchone() == (1,)


def test_a_first_start_that_was_cut_short_is_begun_anew(settings: Settings) -> None:
    half = settings.data_dir / "postgres" / "draft"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    settings.data_dir.chmod(0o755)

    with embedded_servers(settings) as (database_url, _), connect(database_url) as db:
        assert db.execute("SELECT 1").fetchone() == (1,)


def test_a_second_office_on_the_same_data_says_so(settings: Settings, owner: "subprocess.Popen[str]") -> None:
    assert owner.stdout is not None
    owner.stdout.readline()

    with (
        pytest.raises(EmbeddedServerError, match=rf"already running \(process {owner.pid}\)"),
        embedded_servers(settings),
    ):
        pytest.fail("two offices share one data folder")


def test_a_command_beside_a_running_office_uses_its_servers(
    settings: Settings, owner: "subprocess.Popen[str]"
) -> None:
    assert owner.stdout is not None
    addresses = owner.stdout.readline().split()

    with embedded_servers(settings, share=True) as shared:
        assert list(shared) == addresses
    with connect(addresses[0]) as db:  # and leaves them running
        assert db.execute("SELECT 1").fetchone() == (1,)


def test_a_folder_too_deep_for_a_socket_works(run_folder: Path) -> None:
    deep = run_folder / ("deep-" * 12) / ("deeper-" * 8)
    settings = Settings.load({"BOOKINGHALL_DATA_DIR": str(deep)})
    deep.parent.chmod(0o755)

    with embedded_servers(settings) as (database_url, redis_url), connect(database_url) as db:
        assert db.execute("SELECT 1").fetchone() == (1,)
        assert redis_url is not None
        assert redis.Redis.from_url(redis_url).ping()


def test_a_fork_that_leaves_the_block_ends_nothing(settings: Settings) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORK_AND_ASK],
        cwd=PROJECT_ROOT,
        env={**os.environ, **settings.environment()},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("(1,) True\n", "")
    wait_for_end(settings.data_dir)


def test_programs_in_a_closed_folder_are_copied_for_the_one_who_runs_them(tmp_path: Path) -> None:
    site, cache = tmp_path / "site", tmp_path / "cache"
    (site / "server" / "bin").mkdir(parents=True)
    (site / "server" / "lib").mkdir()
    program = site / "server" / "bin" / "postgres"
    program.write_text("run me")
    program.chmod(0o700)
    (site / "server" / "lib" / "library").write_text("load me")
    site.chmod(0o700)

    found = reachable(program, site, ("server", "nothing.libs"), cache)
    again = reachable(program, site, ("server", "nothing.libs"), cache)

    assert found == again
    if os.geteuid() != 0:
        assert found == program
        return
    assert stat.S_IMODE(site.stat().st_mode) == 0o700
    assert found.is_relative_to(cache)
    assert (found.parents[1] / "lib" / "library").read_text() == "load me"
    assert stat.S_IMODE(found.stat().st_mode) == 0o755
    assert [p.name for p in cache.iterdir()] == [found.parents[2].name]


def test_logs_keep_no_refused_statement_and_begin_anew_when_they_are_long(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = settings.data_dir / "postgres" / "log"
    with embedded_servers(settings) as (url, _), connect(url) as db:
        db.execute("CREATE TABLE people (email text UNIQUE)")
        for _ in range(2):
            with suppress(psycopg.errors.UniqueViolation):
                db.execute("INSERT INTO people VALUES ('ana@example.org')")
    first = log.read_text()
    assert "ready to accept connections" in first
    assert "ana@example.org" not in first

    monkeypatch.setattr(hosting, "LONG_LOG", 100)
    with embedded_servers(settings):
        assert log.with_name("log.1").read_text() == first
        assert first not in log.read_text()
