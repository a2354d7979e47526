"""How sending a message can fail."""

from core.kernel.errors import Conflict


class Refused(Exception):
    """The other side will never take this message; trying again is useless. The text says why."""


class TryLater(Exception):
    """It did not work now; it may later. The text says why."""


class StillWaiting(Conflict):
    """The message is waiting to be sent already."""

    code = "message_waiting"
    message = "This message is waiting to be sent already."
