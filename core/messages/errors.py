"""How sending a message can fail."""

from core.kernel.errors import Conflict
from core.kernel.outbox import Postponed


class Refused(Exception):
    """The other side will never take this message; trying again is useless. The text says why."""


class TryLater(Postponed):
    """It did not work now; it may later. The text says why."""


class Unreachable(TryLater):
    """The mail server itself does not answer, or does not let us in: that is so for every message."""


class StillWaiting(Conflict):
    """The message is waiting to be sent already."""

    code = "message_waiting"
    message = "This message is waiting to be sent already."
