"""A PostgreSQL and a Redis for the whole run (one pair for each worker of pytest-xdist)."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from core.kernel.embedded import UNSAFE_POSTGRES_OPTIONS, embedded_postgres, embedded_redis
from core.kernel.settings import Settings, normalised_database_url
from tests.support.mail import free_port

_SMALL = {**UNSAFE_POSTGRES_OPTIONS, "shared_buffers": "64MB", "max_connections": "200", "autovacuum": "off"}


@pytest.fixture(scope="session")
def run_folder() -> Iterator[Path]:
    """A folder for this run that system users may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="bookinghall-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(run_folder: Path) -> Iterator[str]:
    """Address of a server where databases may be made; BOOKINGHALL_TEST_DATABASE_URL names another one."""
    given = os.environ.get("BOOKINGHALL_TEST_DATABASE_URL")
    if given:
        yield normalised_database_url(given)
        return
    with embedded_postgres(run_folder / "postgres", _SMALL) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server(run_folder: Path) -> Iterator[str]:
    """Address of the run's Redis."""
    with embedded_redis(run_folder / "redis") as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """Address of a Redis that is empty when the test begins."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def base_settings(run_folder: Path, postgres_url: str, redis_server: str) -> Settings:
    """Settings that name the run's servers, but the database of no test."""
    return Settings.load(
        {},
        database_url=postgres_url,
        redis_url=redis_server,
        data_dir=run_folder / "data",
        simulated_gateway_url=f"http://127.0.0.1:{free_port()}",
        testing=True,
    )
