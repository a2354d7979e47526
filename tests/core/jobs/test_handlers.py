"""Every fact that is published has somebody who handles it, and every queue a worker."""

import ast
from pathlib import Path

import pytest

from core.jobs.handlers import HANDLERS, NOT_FOR_WORKERS
from core.jobs.queues import QUEUES
from core.kernel.settings import PROJECT_ROOT
from core.messages.compose import KINDS


def published_kinds() -> set[str]:
    """Kinds that the code hands to `publish()`, and those that statements write into the outbox."""
    found: set[str] = set()
    for path in (PROJECT_ROOT / "core").rglob("*.py"):
        found |= _kinds_in(path)
    return found


def _kinds_in(path: Path) -> set[str]:
    source = path.read_text(encoding="utf-8")
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args)
    named = {
        call.args[0].value
        for call in calls
        if getattr(call.func, "attr", getattr(call.func, "id", "")) == "publish"
        and isinstance(call.args[0], ast.Constant)
    }
    return {str(kind) for kind in named}


def test_every_published_kind_is_handled() -> None:
    kinds = published_kinds()

    assert {"refund.due", "reservation.released", "seats.changed"} <= kinds, (
        "the search finds publish() calls"
    )
    assert kinds | {"booking.confirmed"} <= set(HANDLERS) | set(NOT_FOR_WORKERS)


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_every_handler_exists_and_its_queue_has_a_worker(kind: str) -> None:
    assert callable(HANDLERS[kind].load())
    assert HANDLERS[kind].queue in QUEUES


def test_every_kind_of_message_is_sent_by_a_handler() -> None:
    assert set(HANDLERS) >= KINDS
