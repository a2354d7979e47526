"""When a message is tried again: data, and nothing else."""

from datetime import timedelta

#: Seconds after each attempt that did not work: soon at first, then every ten minutes, for a day in all. After the last one
#: the message has failed and waits for a person.
BACK_OFF: tuple[int, ...] = (2, 4, 8, 15, 30, 60, 120, 300, *[600] * 140)

#: A message that waits behind another one for the mail server looks again after this, if nobody wakes it.
IN_LINE = timedelta(minutes=10)


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None when that was the last one."""
    return timedelta(seconds=BACK_OFF[attempts - 1]) if 1 <= attempts <= len(BACK_OFF) else None
