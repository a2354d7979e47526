"""Find the reservations of a schedule: who is affected by a change, and whether anybody is."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_reservations_schedule", "reservations", ["schedule_id"])


def downgrade() -> None:
    op.drop_index("ix_reservations_schedule", table_name="reservations")
