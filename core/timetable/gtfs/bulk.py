"""Many rows in few statements: COPY inside the open transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection, sql
from sqlalchemy.orm import Session

from core.kernel.db import Base, require_transaction


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows with one COPY, in the open transaction; returns how many. Constraints and triggers hold as always."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    number = 0
    with _driver(require_transaction()).cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            number += 1
    return number


def unreferred(table: str, alias: str) -> str:
    """An SQL condition: no row of any table refers to this row of `table`. Read from the schema's foreign keys, so that
    the timetable need not know who above it keeps what.
    """
    target = Base.metadata.tables[table]
    conditions = []
    for referrer in Base.metadata.sorted_tables:
        for key in referrer.foreign_key_constraints:
            if key.referred_table is target:
                pairs = " AND ".join(f'x."{e.parent.name}" = {alias}."{e.column.name}"' for e in key.elements)
                conditions.append(f'NOT EXISTS (SELECT 1 FROM "{referrer.name}" x WHERE {pairs})')  # noqa: S608 - names of the schema
    return " AND ".join(conditions) or "true"


def _driver(session: Session) -> Connection[Any]:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, Connection)  # noqa: S101 - the only driver there is, for the type checker
    return connection
