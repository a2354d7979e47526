"""Options and fixtures for every test; the fixtures themselves are in tests/support."""

import pytest
from hypothesis import settings

# How long one example takes says nothing on a busy machine. Day by day a rule is tried with the same examples, so that what
# fails has to do with what was changed; the long tier looks for new ones.
settings.register_profile("office", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None)

pytest_plugins = [
    "tests.support.walked",  # before what imports it: its checks explain themselves
    "tests.support.bad_strings",
    "tests.support.mail",
    "tests.support.processes",
    "tests.support.servers",
    "tests.support.database",
    "tests.support.clock",
    "tests.support.web",
    "tests.support.gateway",
    "tests.support.listener",
    "tests.support.stripe",
    "tests.support.scripts",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the long tier: chaos, fuzzing, large data")


def pytest_configure(config: pytest.Config) -> None:
    """Before any test module is read: what it sets for its own examples is added to the profile."""
    settings.load_profile("long" if config.getoption("--long") else "office")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tier out unless it was asked for."""
    if config.getoption("--long"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("long")]
