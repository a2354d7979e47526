"""What is compressed on its way: files of ours, and answers that hold nothing secret. Everything else goes as it is.

Whoever sees how long a compressed answer is, and can have something of theirs written into it, guesses a secret in the
same answer letter by letter (BREACH, 2013). So nothing is compressed because of its type. Pages carry the token that
protects their forms, and many repeat what was typed (a search, a filter, a field that was wrong): they are never
compressed; they are a few kB. Neither are answers about a booking, a hold or a payment, which carry keys and codes.
A view whose answer has no secret, whatever it was asked for, says so with `@compressed`: departures, seat plans.
Socket.IO answers outside of Flask, and is not touched here.
"""

from __future__ import annotations

from functools import lru_cache

import brotli
from flask import Flask, Response, request
from flask_compress import Compress

_compress = Compress()
#: For a view whose answer holds no secret: no token, no code, no name.
compressed = _compress.compressed()


def register(app: Flask) -> None:
    """Compress files; views declare themselves."""
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
    )
    _compress.init_app(app)
    app.after_request(_files)


def _files(answer: Response) -> Response:
    """A file of ours, whole: a range of it has no meaning once it is compressed."""
    endpoint = request.endpoint or ""
    is_file = endpoint == "assets.vendor" or endpoint.rpartition(".")[2] == "static"
    if not is_file or answer.status_code != 200 or answer.mimetype not in _compress.compress_mimetypes_set:
        return answer
    answer.direct_passthrough = False
    answer.get_data()  # no stream any more: its length and its ETag are those of what is sent
    if answer.mimetype == "application/json" and request.accept_encodings["br"] > 0:
        return _tightly(answer)
    return _compress.after_request(answer)


def _tightly(answer: Response) -> Response:
    """A catalogue of words, a tenth smaller than what is packed for each who asks: there are few, so each is packed once."""
    tag, _ = answer.get_etag()
    answer.set_data(_packed(answer.get_data()))
    answer.content_encoding = "br"
    answer.vary.add("Accept-Encoding")
    if tag:
        answer.set_etag(f"{tag}:br")
        answer.make_conditional(request)
    return answer


@lru_cache(maxsize=64)
def _packed(content: bytes) -> bytes:
    packed: bytes = brotli.compress(content, quality=11)
    return packed
