"""Bookings and tickets follow their run: what is ended, what is closed, and when who did not come is a no-show."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("schedules", sa.Column("followed_at", _MOMENT, nullable=True))
    op.add_column("schedules", sa.Column("closed_at", _MOMENT, nullable=True))
    op.create_index(
        "ix_schedules_not_followed",
        "schedules",
        ["arrival_at"],
        postgresql_where=sa.text("followed_at IS NULL AND status <> 'cancelled'"),
    )
    op.create_index(
        "ix_schedules_not_closed",
        "schedules",
        ["followed_at"],
        postgresql_where=sa.text("followed_at IS NOT NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_schedules_to_follow",
        "schedules",
        ["id"],
        postgresql_where=sa.text("followed_at IS NULL AND status = 'completed'"),
    )
    op.add_column("policies", sa.Column("no_show", sa.String(6), server_default="known", nullable=False))
    op.create_check_constraint(
        op.f("ck_policies_no_show_word"), "policies", "no_show IN ('known', 'unused', 'never')"
    )


def downgrade() -> None:
    op.drop_column("policies", "no_show")
    op.drop_index("ix_schedules_to_follow", "schedules")
    op.drop_index("ix_schedules_not_closed", "schedules")
    op.drop_index("ix_schedules_not_followed", "schedules")
    op.drop_column("schedules", "closed_at")
    op.drop_column("schedules", "followed_at")
