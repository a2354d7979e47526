"""Everything that can be done over HTTP is done by a test that looks whether the activity log says so."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_admin.model import BaseModelView

from core.kernel.settings import PROJECT_ROOT
from tests.support.walks import DEEDS_OF, WITHOUT_ENTRY

WRITING = {"POST", "PUT", "PATCH", "DELETE"}
#: What a list of Flask-Admin offers only when its view says so.
SWITCHED = {
    "create_view": "can_create",
    "edit_view": "can_edit",
    "delete_view": "can_delete",
    "ajax_update": "column_editable_list",
    "action_view": "can_delete",
}


def deeds(app: Flask) -> Iterator[str]:
    """Every request that may change something, in the API and in the admin."""
    views = {view.endpoint: view for made in app.extensions["admin"] for view in made._views}
    for rule in app.url_map.iter_rules():
        room, _, name = rule.endpoint.rpartition(".")
        view = views.get(room)
        if rule.endpoint.split(".")[0] != "api" and not rule.rule.startswith("/admin"):
            continue
        if isinstance(view, BaseModelView) and name in SWITCHED and not getattr(view, SWITCHED[name]):
            continue
        yield from (f"{method} {rule.rule}" for method in (rule.methods or set()) & WRITING)


def test_every_deed_is_walked_with_an_eye_on_the_activity_log(app: Flask) -> None:
    walked = frozenset[str]().union(*DEEDS_OF.values())
    there = set(deeds(app))
    assert there - walked == set(), "name a test that does it in tests/support/walks.py"
    assert walked - there == set(), "there is no such deed any more"
    assert set(WITHOUT_ENTRY) <= there


@pytest.mark.parametrize("test", sorted(DEEDS_OF))
def test_who_is_named_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    bare = re.escape(name.split("[")[0])
    assert re.search(rf"^def {bare}\(", (PROJECT_ROOT / path).read_text(), re.MULTILINE)
