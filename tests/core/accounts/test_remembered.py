from itertools import count

from core.accounts import remembered
from core.accounts.remembered import Remembered


def test_a_value_is_read_once_until_it_is_old_or_forgotten(monkeypatch):
    moment = [100.0]
    monkeypatch.setattr(remembered, "monotonic", lambda: moment[0])
    numbers = count(1)
    known: Remembered[str, int] = Remembered(seconds=5)
    read = [known.get("a", lambda: next(numbers)), known.get("a", lambda: next(numbers))]
    moment[0] += 5
    read.append(known.get("a", lambda: next(numbers)))
    known.forget("a")
    read.append(known.get("a", lambda: next(numbers)))
    known.clear()
    read.append(known.get("a", lambda: next(numbers)))
    assert read == [1, 1, 2, 3, 4]


def test_that_there_is_nothing_is_remembered_too():
    numbers = count(1)
    known: Remembered[str, None] = Remembered(seconds=5)

    def read() -> None:
        next(numbers)

    known.get("a", read)
    known.get("a", read)
    assert next(numbers) == 2


def test_only_so_much_is_kept_the_oldest_goes_first():
    known: Remembered[int, int] = Remembered(seconds=60, size=2)
    for key in (1, 2, 3):
        known.get(key, lambda: 0)
    assert known.get(3, lambda: 9) == 0
    assert known.get(1, lambda: 9) == 9
