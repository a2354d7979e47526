"""Whatever the document allows, and much that it does not, gets an answer that the document describes."""

import contextvars
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def fuzz(app, person, mode, examples):
    # The document is public, so it can be read before any test's database is there.
    schema = contextvars.Context().run(schemathesis.openapi.from_wsgi, "/api/v1/openapi.json", app)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path == "/health":  # 503 is a fact about this machine there
            continue

        @settings(
            max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def probe(case):
            answer = contextvars.Context().run(case.call, headers=person.headers)
            case.validate_response(answer, checks=CHECKS)

        with suppress(Unsatisfiable):  # what has no parts cannot be sent wrongly
            probe()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_a_few_of_everything(app, cast, mode):
    """By whom most is allowed; the long tier asks the others too, and more."""
    fuzz(app, cast["admin"], mode, 2)


@pytest.mark.long
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("who", ["admin", "guest", "kiosk", "partner"])
@pytest.mark.timeout(1200)
def test_many_of_everything(app, cast, who, mode):
    fuzz(app, cast[who], mode, 150)
