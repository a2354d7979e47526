"""The waiting list of sold-out runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_OPEN = sa.text("status IN ('waiting', 'offered')")
_STATES = "status IN ('waiting', 'offered', 'served', 'lapsed', 'left', 'closed')"


def upgrade() -> None:
    op.add_column(
        "policies", sa.Column("offer_minutes", sa.SmallInteger(), server_default="60", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_policies_offer_minutes_range"), "policies", "offer_minutes BETWEEN 5 AND 2880"
    )
    op.create_table(
        "waiting_lines",
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("claimed_until", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedules.id"], name=op.f("fk_waiting_lines_schedule_id")),
        sa.PrimaryKeyConstraint("schedule_id", name=op.f("pk_waiting_lines")),
    )
    _entries()
    op.create_index(
        "ix_waiting_entries_line", "waiting_entries", ["schedule_id", "place"], postgresql_where=_OPEN
    )
    op.create_index(
        "uq_waiting_entries_contact",
        "waiting_entries",
        ["schedule_id", sa.text("lower(contact_email)")],
        unique=True,
        postgresql_where=_OPEN,
    )
    op.create_index(
        "ix_waiting_entries_email",
        "waiting_entries",
        [sa.text("lower(contact_email)")],
        postgresql_where=_OPEN,
    )


def _entries() -> None:
    op.create_table(
        "waiting_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("from_position", sa.SmallInteger(), nullable=False),
        sa.Column("to_position", sa.SmallInteger(), nullable=False),
        sa.Column("seat_count", sa.SmallInteger(), nullable=False),
        sa.Column("passengers", postgresql.JSONB(), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("contact_email", sa.String(254), nullable=False),
        sa.Column("contact_phone", sa.String(20), nullable=True),
        sa.Column("language", sa.String(10), server_default="en", nullable=False),
        sa.Column("status", sa.String(8), server_default="waiting", nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.text("app_now()"), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("offered_at", _MOMENT, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.CheckConstraint(_STATES, name=op.f("ck_waiting_entries_status_word")),
        sa.CheckConstraint(
            "from_position >= 0 AND to_position > from_position",
            name=op.f("ck_waiting_entries_stretch_forward"),
        ),
        sa.CheckConstraint("seat_count >= 1", name=op.f("ck_waiting_entries_has_seats")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_waiting_entries_{column}"))
            for column, target in (
                ("schedule_id", "schedules.id"),
                ("operator_id", "operators.id"),
                ("reservation_id", "reservations.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entries")),
    )


def downgrade() -> None:
    op.drop_table("waiting_entries")
    op.drop_table("waiting_lines")
    op.drop_column("policies", "offer_minutes")
