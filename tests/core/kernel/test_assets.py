"""Browser packages come from this machine, and nothing but the files that pages need."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.kernel.assets import NODE_MODULES, VENDOR_FILES, missing_packages, vendor_url
from core.kernel.settings import PROJECT_ROOT

FILES = [f"{package}/{name}" for package, names in VENDOR_FILES.items() for name in names if "*" not in name]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Assets need no database."""
    return app.test_client()


def test_every_package_is_installed() -> None:
    assert missing_packages() is None


@pytest.mark.parametrize("name", [*FILES, "@fontsource-variable/inter/wght.css"])
def test_what_pages_load_is_there(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/vendor/{name}")

    assert answer.status_code == 200
    assert answer.mimetype in {"text/javascript", "text/css"}


@pytest.mark.parametrize(
    "name",
    [
        "axe-core/axe.min.js",
        "chart.js/package.json",
        "socket.io-client/../../package.json",
        "@fontsource-variable/inter/../../chart.js/package.json",
        "%2e%2e/package.json",
        "@fontsource-variable/inter/files/../package.json",
        "nothing",
        "@",
    ],
)
def test_nothing_else_is(client: FlaskClient, name: str) -> None:
    assert client.get(f"/vendor/{name}").status_code == 404


def test_an_address_with_its_version_is_kept_for_good(client: FlaskClient) -> None:
    installed = json.loads((NODE_MODULES / "chart.js" / "package.json").read_text())["version"]
    url = vendor_url("chart.js/dist/chart.umd.min.js")
    assert url == f"/vendor/chart.js/dist/chart.umd.min.js?v={installed}"

    assert client.get(url).cache_control.immutable
    plain = client.get("/vendor/chart.js/dist/chart.umd.min.js")
    assert not plain.cache_control.immutable
    assert plain.cache_control.max_age == 3600


def test_the_fonts_that_the_stylesheet_names_can_be_loaded(client: FlaskClient) -> None:
    style = client.get("/static/fonts.css").get_data(as_text=True)
    sheets = re.findall(r'url\("([^"]+)"\)', style)
    families = [re.search(r"font-family: '([^']+)'", client.get(s).get_data(as_text=True)) for s in sheets]

    assert len(sheets) == 6
    assert all(found and f'"{found[1]}"' in style for found in families)


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((PROJECT_ROOT / "kiosk" / "package-lock.json").read_text())

    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]
    assert "://" not in (PROJECT_ROOT / "constraints.txt").read_text()


def test_versions_are_exact() -> None:
    package = json.loads((PROJECT_ROOT / "kiosk" / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}

    assert [v for v in versions.values() if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []
