"""Keeping a process small: what it never uses is not loaded, and freed memory is given back."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_M_ARENA_MAX = -8


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """Import others inside as if these packages were not installed, where they are optional there.

    What has been loaded before stays, and afterwards they can be imported as ever.
    """
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how the import system says no
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def settle_in() -> None:
    """For a serving process, once everything is loaded and before its threads begin.

    What is there now stays for good: looking through all of it for garbage stopped every buyer for 150 ms. And many
    threads need not have an arena of memory each.
    """
    with suppress(AttributeError, OSError):  # another C library than GNU's
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
    gc.collect()
    gc.freeze()
