"""Whether something refers to a row, read from the schema's foreign keys: the timetable need not know who above it
keeps what.
"""

from core.kernel.db import Base


def unreferred(table: str, alias: str) -> str:
    """An SQL condition: no row of any table refers to the row `alias` of `table`."""
    target = Base.metadata.tables[table]
    conditions = []
    for referrer in Base.metadata.sorted_tables:
        for key in referrer.foreign_key_constraints:
            if key.referred_table is target:
                pairs = " AND ".join(f'x."{e.parent.name}" = {alias}."{e.column.name}"' for e in key.elements)
                conditions.append(f'NOT EXISTS (SELECT 1 FROM "{referrer.name}" x WHERE {pairs})')  # noqa: S608 - names of the schema
    return " AND ".join(conditions) or "true"
