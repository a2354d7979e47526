"""Which deeds the requests of a test did: every request that writes is noted by its method and rule.

`tests.support.walks` says which test does which deed; a test that is named there and does not do it fails.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.support.walks import DEEDS_OF, WITHOUT_ENTRY

#: What the running test did, as "POST /api/v1/...".
_done: set[str] = set()


def note(app: Flask, method: str, answer: TestResponse, *, told: bool) -> None:
    """A request was answered. It counts when the activity log was told of it, or need not be, and it was not refused."""
    first = (answer.history or (answer,))[0]
    try:
        rule, _ = app.url_map.bind("localhost").match(first.request.path, method, return_rule=True)
    except HTTPException:
        return
    deed = f"{method} {rule.rule}"
    if first.status_code < 400 and (told or deed in WITHOUT_ENTRY):
        _done.add(deed)


@pytest.fixture(autouse=True)
def walks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Who is said to do a deed does it."""
    due = DEEDS_OF.get(request.node.nodeid, frozenset())
    _done.clear()
    yield
    left_out = due - _done
    assert not left_out, f"tests/support/walks.py says that this test does {sorted(left_out)}"
