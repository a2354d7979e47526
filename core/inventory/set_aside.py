"""Seats that are kept for those who need them: a wheelchair's place, and the seat of whoever goes along. Pure.

A cinema names them by their type, a bus by a feature of an ordinary seat; both count.
"""

from typing import Protocol

WHEELCHAIR = "wheelchair"
COMPANION = "companion"


class Labelled(Protocol):
    """A seat of a plan, or one with its state."""

    @property
    def type(self) -> str: ...

    @property
    def features(self) -> tuple[str, ...]: ...


def is_wheelchair(seat: Labelled) -> bool:
    """Whether a wheelchair stands here."""
    return WHEELCHAIR in (seat.type, *seat.features)


def is_companion(seat: Labelled) -> bool:
    """Whether this is for whoever goes along with a wheelchair. A place that is labelled as both is a wheelchair's."""
    return COMPANION in (seat.type, *seat.features) and not is_wheelchair(seat)


def is_ordinary(seat: Labelled) -> bool:
    """Whether anybody may be given this seat without having asked for it."""
    return not {WHEELCHAIR, COMPANION} & {seat.type, *seat.features}
