"""When a refund that did not succeed is tried again, and one that is on its way is asked about. Pure."""

from datetime import timedelta

#: After the first try, the second, ...; when the last of these has passed in vain, a person is asked.
TRY_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
#: A gateway that said "on its way" is asked how it went, ever more rarely, until it knows.
ASK_AT_FIRST = timedelta(minutes=1)
ASK_AT_LAST = timedelta(hours=1)


def next_try(tries: int) -> timedelta | None:
    """How long to wait after so many tries (1 and more) that did not succeed; None when that was the last."""
    return TRY_AFTER[tries - 1] if tries <= len(TRY_AFTER) else None


def next_question(age: timedelta) -> timedelta:
    """How long to wait before asking again about a refund of this age."""
    return min(max(ASK_AT_FIRST, age), ASK_AT_LAST)
