"""The document describes what is there, and what is there keeps to it."""

import pytest
import schemathesis

from core.api.endpoints import ENDPOINTS
from core.api.openapi import document


@pytest.fixture
def described(client):
    return client.get("/api/v1/openapi.json").json


def test_the_document_is_valid_openapi_3_1(described):
    assert described["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(described).validate()


def test_every_endpoint_that_is_not_hidden_is_described(described):
    shown = {each.name.replace(".", "_") for each in ENDPOINTS.values() if not each.hidden}
    found = {operation["operationId"] for path in described["paths"].values() for operation in path.values()}
    assert found == shown


def test_every_operation_says_what_it_does_who_may_and_how_it_fails(described):
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["x-access"], (method, path)
            if "{" in path or method != "get":
                assert any(status.startswith("4") for status in operation["responses"]), (method, path)


def test_the_document_is_the_same_every_time(app):
    assert document() is document()


def test_the_viewer_asks_no_other_host_and_runs_no_inline_script(client):
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "<script>" not in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert (
        "unsafe-inline"
        not in page.headers["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
    )
    assert client.get("/api/v1/docs.js").mimetype == "text/javascript"
