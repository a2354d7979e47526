"""A touch whose answer was lost is sent again under the same key, and done once."""

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request

from core.kernel.errors import Malformed
from core.kernel.idempotency import Answer, once
from kiosk.device import traveller

_HEADER = "Idempotency-Key"


def done_once(work: Callable[[], dict[str, Any]], status: int = 200) -> Response:
    """Do ``work`` unless this traveller had it done under this key; then give the kept answer. Raises Malformed."""
    key = request.headers.get(_HEADER, "")
    if not 8 <= len(key) <= 100:
        raise Malformed("The key of this request is missing.", field=_HEADER)
    digest = b" ".join((request.method.encode(), request.path.encode(), request.get_data()))
    answer = once(f"kiosk:{traveller().id}", key, digest, lambda: Answer(status, work()))
    made = jsonify(answer.body)
    made.status_code = answer.status
    return made
