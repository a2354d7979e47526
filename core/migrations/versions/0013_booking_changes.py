"""Changes of bookings that are carried out once their difference in price was paid."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "booking_changes",
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("seats", postgresql.JSONB(), nullable=False),
        sa.Column("stood", postgresql.JSONB(), nullable=False),
        sa.Column("quote", postgresql.JSONB(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.text("app_now()"), nullable=False),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.CheckConstraint("due > 0", name=op.f("ck_booking_changes_due_positive")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_booking_changes_reservation_id")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_changes_booking_id")),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_booking_changes")),
    )
    op.create_index("ix_booking_changes_booking", "booking_changes", ["booking_id"])


def downgrade() -> None:
    op.drop_table("booking_changes")
