"""A run may have another vehicle with too few seats: who finds none is asked as after a cancellation."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_disruptions_kind_word"), "disruptions")
    op.create_check_constraint(
        op.f("ck_disruptions_kind_word"), "disruptions", "kind IN ('cancelled', 'delayed', 'swapped')"
    )


def downgrade() -> None:
    """What was swapped stays as it is written; only new rows are refused."""
    op.drop_constraint(op.f("ck_disruptions_kind_word"), "disruptions")
    op.create_check_constraint(
        op.f("ck_disruptions_kind_word"),
        "disruptions",
        "kind IN ('cancelled', 'delayed')",
        postgresql_not_valid=True,
    )
