"""What is only ever added to cannot be emptied either: TRUNCATE fires no trigger of rows."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

#: Each table, and the name that its refusals bear.
_KEPT = {
    "activity_log": "activity_log_append_only",
    "ledger_postings": "ledger_append_only",
    "ledger_entries": "ledger_append_only",
    "voucher_entries": "voucher_entries_append_only",
    "shifts": "shifts_written_once",
    "shift_movements": "shift_movements_append_only",
    "shift_approvals": "shift_approvals_append_only",
}


def upgrade() -> None:
    for table, name in _KEPT.items():
        op.execute(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{name}')"
        )


def downgrade() -> None:
    for table in _KEPT:
        op.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")
