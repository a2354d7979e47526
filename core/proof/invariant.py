"""What an invariant is: a sentence, and the query that finds what contradicts it."""

from __future__ import annotations

from dataclasses import dataclass

#: The sales that are looked at: those of the asked-for schedules, or all. Every query begins with it.
SCOPE = """
WITH sales AS (
  SELECT * FROM reservations
  WHERE CAST(:schedules AS uuid[]) IS NULL OR schedule_id = ANY (CAST(:schedules AS uuid[]))
), locks AS (
  SELECT * FROM seat_locks
  WHERE CAST(:schedules AS uuid[]) IS NULL OR schedule_id = ANY (CAST(:schedules AS uuid[]))
)
"""

#: A hold counts while it has some seconds left. A statement's moment is a little older than what it sees, so that at the
#: very end of a hold both its owner and who took over from it could seem right.
LIVE = "app_now() + interval '5 seconds'"


@dataclass(frozen=True, slots=True)
class Invariant:
    """`sentence` is what must be true; `query` gives a row (subject, detail) for each thing that contradicts it.

    A query is one statement, so it sees one moment, also while others sell. Its only parameter is `schedules`.
    """

    name: str
    sentence: str
    query: str

    @property
    def statement(self) -> str:
        """The whole SQL statement."""
        return SCOPE + self.query
