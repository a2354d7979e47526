"""Why somebody is told something, and who that is."""

from dataclasses import dataclass
from uuid import UUID

from core.messages.models import Channel


@dataclass(frozen=True, slots=True)
class Cause:
    """Why somebody is written to: a kind of message and the id of what it is about; and the event (the outbox row) where
    the same can happen several times.
    """

    kind: str
    subject_id: UUID
    event_id: int | None = None

    def __str__(self) -> str:
        same = f"{self.kind}:{self.subject_id}"
        return same if self.event_id is None else f"{same}:{self.event_id}"

    @classmethod
    def parse(cls, text: str) -> "Cause":
        """The cause that `str()` wrote."""
        kind, subject_id, *event_id = text.split(":")
        return cls(kind, UUID(subject_id), int(event_id[0]) if event_id else None)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told, by which channel (`address` is an e-mail address, a phone number or a web address), in which language,
    and about which sale.
    """

    address: str
    language: str
    booking_id: UUID | None = None
    reservation_id: UUID | None = None
    channel: Channel = Channel.EMAIL
