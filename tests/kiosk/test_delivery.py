"""Files and answers on their way to a kiosk: how long browsers keep them, what is compressed, and what never is."""

import gzip

import brotli
import pytest
from flask.testing import FlaskClient

from core.kernel import bundle

EVERYTHING = {"Accept-Encoding": "gzip, br, zstd"}


@pytest.fixture
def made() -> bundle.Bundle:
    found = bundle.current()
    assert found, bundle.missing_bundle()
    return found


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)]
)
def test_the_bundle_comes_in_the_best_encoding_and_stays_for_a_year(
    client: FlaskClient, made: bundle.Bundle, accepted: str, encoding: str | None
) -> None:
    answer = client.get(f"/kiosk/static/build/{made.main}", headers={"Accept-Encoding": accepted})

    plain = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](answer.data)
    assert plain == (bundle.FOLDER / made.main).read_bytes()
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.mimetype == "text/javascript"
    assert answer.cache_control.max_age == 31_536_000
    assert answer.cache_control.immutable
    assert "Accept-Encoding" in answer.vary


def test_a_font_is_not_packed_twice(client: FlaskClient, made: bundle.Bundle) -> None:
    answer = client.get(f"/kiosk/static/build/{made.fonts[0]}", headers=EVERYTHING)

    assert answer.data.startswith(b"wOF2")
    assert answer.headers.get("Content-Encoding") is None
    assert answer.cache_control.immutable


@pytest.mark.parametrize("name", ["manifest.json", "main-OTHER.js", "..%2f..%2fdevice.py", "../main.js"])
def test_nothing_else_is_in_the_folder_for_browsers(client: FlaskClient, name: str) -> None:
    assert client.get(f"/kiosk/static/build/{name}").status_code == 404


@pytest.mark.parametrize(
    "path", ["/kiosk/static/i18n/ro.json", "/static/tokens.css", "/vendor/chart.js/dist/chart.umd.min.js"]
)
def test_other_files_are_compressed_and_known_again_by_their_mark(client: FlaskClient, path: str) -> None:
    plain = client.get(path)
    packed = client.get(path, headers=EVERYTHING)
    again = client.get(path, headers={**EVERYTHING, "If-None-Match": packed.headers["ETag"]})

    assert packed.headers.get("Content-Encoding") == "br"
    assert brotli.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_comes_as_it_is(client: FlaskClient) -> None:
    part = client.get("/static/tokens.css", headers={**EVERYTHING, "Range": "bytes=0-599"})

    assert part.status_code == 206
    assert part.headers.get("Content-Encoding") is None
    assert len(part.data) == 600


def test_pages_with_a_token_are_never_compressed(client: FlaskClient) -> None:
    for path in ("/kiosk/", "/admin/sign-in"):
        page = client.get(path, headers=EVERYTHING, follow_redirects=True)
        assert b"csrf" in page.data
        assert page.headers.get("Content-Encoding") is None
