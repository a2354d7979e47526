"""The memory of a simulated device: a small file that is always whole, as a device's own memory is."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any


class Memory:
    """Values by name; `change` writes them to the disk before it returns."""

    def __init__(self, path: Path, first: dict[str, Any]) -> None:
        self._path = path
        self._lock = RLock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._values: dict[str, Any] = {**first, **(json.loads(path.read_text()) if path.exists() else {})}

    @contextmanager
    def read(self) -> Iterator[dict[str, Any]]:
        """The values as they are, for looking at."""
        with self._lock:
            yield self._values

    @contextmanager
    def change(self) -> Iterator[dict[str, Any]]:
        """The values for changing: all of it is kept, or nothing when the block fails."""
        with self._lock:
            before = json.dumps(self._values)
            try:
                yield self._values
            except BaseException:
                self._values = json.loads(before)
                raise
            self._write()

    def _write(self) -> None:
        beside = self._path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(self._values, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
