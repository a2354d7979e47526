"""A counter of an operator's terms, so that a process may remember them; leaner indexes where holds are written."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: Everything that decides a price or a limit. The last one finds its operator through the route.
TABLES = ("policies", "tariffs", "seat_charges", "passenger_fares")
EVENTS = {
    "insert": "NEW TABLE AS changed",
    "update": "NEW TABLE AS changed",
    "delete": "OLD TABLE AS changed",
}

COUNT_UP = """
CREATE FUNCTION count_terms_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE operators SET terms_version = terms_version + 1
  WHERE id IN (SELECT operator_id FROM changed);
  RETURN NULL;
END $$
"""
COUNT_UP_BY_ROUTE = """
CREATE FUNCTION count_terms_up_by_route() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE operators SET terms_version = terms_version + 1
  WHERE id IN (SELECT r.operator_id FROM routes r JOIN changed c ON c.route_id = r.id);
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.add_column(
        "operators", sa.Column("terms_version", sa.BigInteger(), server_default="1", nullable=False)
    )
    op.execute(COUNT_UP)
    op.execute(COUNT_UP_BY_ROUTE)
    for table in (*TABLES, "fares"):
        function = "count_terms_up_by_route" if table == "fares" else "count_terms_up"
        for event, transition in EVENTS.items():
            op.execute(
                f"CREATE TRIGGER terms_version_{event} AFTER {event} ON {table} REFERENCING {transition} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )
    op.drop_constraint("fk_seat_locks_reservation_id", "seat_locks", type_="foreignkey")
    op.drop_index("ix_reservations_created_at", "reservations")
    op.drop_index("ix_activity_log_at", "activity_log")
    op.create_index("ix_activity_log_at", "activity_log", ["at"], postgresql_using="brin")
    op.drop_index("ix_outbox_done_at", "outbox")
    op.create_index(
        "ix_outbox_done_at", "outbox", ["done_at"], postgresql_where=sa.text("done_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_done_at", "outbox")
    op.create_index("ix_outbox_done_at", "outbox", ["done_at"])
    op.drop_index("ix_activity_log_at", "activity_log")
    op.create_index("ix_activity_log_at", "activity_log", ["at"])
    op.create_index("ix_reservations_created_at", "reservations", ["created_at"])
    op.create_foreign_key(
        "fk_seat_locks_reservation_id", "seat_locks", "reservations", ["reservation_id"], ["id"]
    )
    for table in (*TABLES, "fares"):
        for event in EVENTS:
            op.execute(f"DROP TRIGGER terms_version_{event} ON {table}")
    op.execute("DROP FUNCTION count_terms_up_by_route()")
    op.execute("DROP FUNCTION count_terms_up()")
    op.drop_column("operators", "terms_version")
