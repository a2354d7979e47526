"""Renders the office's documents (tickets, mail) from `templates/`, outside of any request.

Everything that is put into a page is escaped; a name that a template does not know is an error, not a gap.
"""

from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from core.kernel.context import TEMPLATES
from core.kernel.languages import known_language, right_to_left, words_of
from core.kernel.settings import PROJECT_ROOT

_TOKENS = PROJECT_ROOT / "core" / "static" / "tokens.css"


def render(template: str, language: str = "en", **values: Any) -> str:
    """The text of `templates/<template>`, its words in `language`."""
    return template_of(template, language).render(**surroundings(language), **values)


def template_of(name: str, language: str) -> Template:
    """The template `templates/<name>` with its words in `language`."""
    return _environment(known_language(language).partition("_")[0]).get_template(name)


def surroundings(language: str) -> dict[str, Any]:
    """What every page knows: its language (as HTML writes it), its direction, where lines begin and end, the colours."""
    rtl = right_to_left(language)
    return {
        "language": known_language(language).replace("_", "-"),
        "direction": "rtl" if rtl else "ltr",
        "start": "right" if rtl else "left",
        "end": "left" if rtl else "right",
        "tokens": tokens(),
        "dark": tokens('[data-theme="dark"] {'),
    }


@lru_cache(maxsize=2)
def tokens(part: str = ":root {") -> dict[str, str]:
    """The design tokens of a part of the stylesheet by name with ``_`` for ``-`` (``ink_2``): for mail, where stylesheets
    do not reach.
    """
    root = _TOKENS.read_text(encoding="utf-8").partition(part)[2].partition("\n}")[0]
    pairs = (part.rpartition("--")[2].partition(":") for part in root.split(";") if ":" in part)
    return {name.strip().replace("-", "_"): value.strip() for name, _, value in pairs}


@lru_cache(maxsize=32)
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(words_of(language), newstyle=True)  # type: ignore[attr-defined]  # Jinja adds it with its extension
    return environment
