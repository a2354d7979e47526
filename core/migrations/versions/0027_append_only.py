"""Pieces of cash stay as they were counted, and patterns, which nothing may change, cannot be emptied either."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

#: Each table that could still be emptied, and the name that its refusals bear.
_KEPT = {
    "cash_movements": "cash_movements_append_only",
    "patterns": "patterns_immutable",
    "pattern_stops": "patterns_immutable",
}


def upgrade() -> None:
    op.execute(
        "CREATE TRIGGER cash_movements_append_only BEFORE UPDATE OR DELETE ON cash_movements "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change('cash_movements_append_only')"
    )
    for table, name in _KEPT.items():
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{name}')"
        )


def downgrade() -> None:
    for table in _KEPT:
        op.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")
    op.execute("DROP TRIGGER cash_movements_append_only ON cash_movements")
