"""The papers that kiosks have printed of a booking's tickets.

What counts are papers with the codes that are valid now: after a change of seats the old paper is worth nothing, and the new
tickets may be printed like any others. A paper that did not come out does not count, but nobody can go on trying for ever.
"""

from dataclasses import dataclass
from uuid import UUID

from core.peripherals.queries import CommandView, commands_about
from core.peripherals.words import CommandKind, CommandStatus
from core.tickets.models import TicketStatus
from core.tickets.queries import tickets_of

_PAPERS = 2
_TRIES = 6
_LOST = (CommandStatus.FAILED, CommandStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class Papers:
    """What was printed of a booking's valid tickets, the newest first, and how many more papers there may be."""

    tried: tuple[CommandView, ...]
    left: int

    @property
    def going(self) -> bool:
        """Whether one is on its way."""
        return any(not is_lost(each) and each.status != CommandStatus.DONE for each in self.tried)


def papers_of(booking_id: UUID) -> Papers:
    """The papers with all codes of the booking that are valid now."""
    codes = {each.qr for each in tickets_of(booking_id) if each.status == TicketStatus.VALID}
    before = commands_about(booking_id, CommandKind.PRINT) if codes else []
    tried = tuple(each for each in before if codes <= _codes(each))
    came_out = sum(not is_lost(each) for each in tried)
    left = min(_PAPERS - came_out, _TRIES - len(tried)) if codes else 0
    return Papers(tried, max(0, left))


def is_lost(paper: CommandView) -> bool:
    """Whether it did not come out: it failed, or nobody took it in time."""
    return paper.stale or paper.status in _LOST


def _codes(paper: CommandView) -> set[str]:
    elements = paper.data.get("elements", [])
    return {str(each["text"]) for each in elements if each.get("kind") == "qr"}
