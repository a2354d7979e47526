"""Renders the office's documents (tickets, mail) from `templates/`, outside of any request.

Everything that is put into a page is escaped; a name that a template does not know is an error, not a gap.
"""

from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import force_locale, gettext, ngettext
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from core.kernel.context import TEMPLATES
from core.kernel.settings import PROJECT_ROOT

_TOKENS = PROJECT_ROOT / "core" / "static" / "tokens.css"


def render(template: str, language: str = "en", **values: Any) -> str:
    """The text of `templates/<template>`, its words in `language`."""
    chosen = known_language(language)
    with force_locale(chosen):
        page = _environment().get_template(template)
        return page.render(language=chosen.replace("_", "-"), tokens=tokens(), **values)


def known_language(language: str) -> str:
    """The language in Babel's writing (``pt_BR``), or English for one that nobody knows."""
    try:
        return str(Locale.parse(language.replace("-", "_")))
    except (UnknownLocaleError, ValueError, TypeError):
        return "en"


@lru_cache(maxsize=1)
def tokens() -> dict[str, str]:
    """The light design tokens by name with ``_`` for ``-`` (``ink_2``), for mail, where stylesheets do not reach."""
    root = _TOKENS.read_text(encoding="utf-8").partition(":root {")[2].partition("\n}")[0]
    pairs = (part.rpartition("--")[2].partition(":") for part in root.split(";") if ":" in part)
    return {name.strip().replace("-", "_"): value.strip() for name, _, value in pairs}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment
