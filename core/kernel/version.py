"""Which version of Bookinghall this is, as `pyproject.toml` says."""

import tomllib
from functools import cache

from core.kernel.settings import PROJECT_ROOT


@cache
def version() -> str:
    """Such as ``0.1.0``. The code need not be installed as a package for it."""
    found = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(found["project"]["version"])
