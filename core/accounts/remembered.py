"""A small memory of a process: what was read a moment ago need not be read again for every request."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """Keeps up to `size` values for `seconds`. Other processes learn of a change when that time is over."""

    def __init__(self, seconds: float, size: int = 10_000) -> None:
        self._seconds = seconds
        self._size = size
        self._kept: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, read: Callable[[], Value]) -> Value:
        """The value of `key`, read anew when it is not known or too old."""
        found = self._kept.get(key)
        if found is not None and found[0] > monotonic():
            return found[1]
        value = read()
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (monotonic() + self._seconds, value)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return value

    def forget(self, key: Key) -> None:
        """Read it anew next time."""
        with self._lock:
            self._kept.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
