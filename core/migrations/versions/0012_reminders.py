"""Travellers are reminded once, so many hours before departure."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "policies", sa.Column("reminder_hours", sa.SmallInteger(), server_default="24", nullable=True)
    )
    op.create_check_constraint(
        op.f("ck_policies_reminder_hours_range"), "policies", "reminder_hours BETWEEN 1 AND 168"
    )
    op.execute(
        "UPDATE policies SET reminder_hours = 2 FROM operators o WHERE o.id = operator_id AND o.trade = 'cinema'"
    )
    op.add_column("bookings", sa.Column("reminded_at", postgresql.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("bookings", "reminded_at")
    op.drop_column("policies", "reminder_hours")
