"""Files of the bundle, compressed when it was made: a name stands for one content for ever."""

from flask import Response, abort, request, send_from_directory

from core.kernel.bundle import FOLDER, MANIFEST, current
from kiosk.views.site import blueprint

_YEAR = 365 * 24 * 3600
_ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the smallest first


@blueprint.context_processor
def name_bundle() -> dict[str, object]:
    """`bundle` for the kiosk's templates: None where pages have to name the modules themselves."""
    return {"bundle": current()}


@blueprint.get("/static/build/<name>")
def built(name: str) -> Response:
    """One file of the bundle, in the best encoding that the browser takes."""
    if name == MANIFEST.name or not (FOLDER / name).is_file():
        abort(404)
    encoding = _encoding(name)
    answer = send_from_directory(
        FOLDER, name + _ENCODINGS.get(encoding, ""), max_age=_YEAR, mimetype=_type(name)
    )
    answer.cache_control.immutable = True
    answer.vary.add("Accept-Encoding")
    if encoding:
        answer.content_encoding = encoding
    return answer


def _encoding(name: str) -> str:
    """The first encoding that the browser takes and that there is: fonts are compressed by themselves."""
    for encoding, ending in _ENCODINGS.items():
        if request.accept_encodings[encoding] > 0 and (FOLDER / (name + ending)).is_file():
            return encoding
    return ""


def _type(name: str) -> str | None:
    """What the file is, whatever it is packed in; None leaves it to its name."""
    return {"js": "text/javascript", "css": "text/css", "map": "application/json"}.get(
        name.rpartition(".")[2]
    )
