"""Disruptions: runs that are called off or late, and the choice of each booking on them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_NOW = sa.text("app_now()")


def upgrade() -> None:
    _policy()
    op.create_table(
        "disruptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("delay_minutes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("choose_by", _MOMENT, nullable=False),
        sa.Column("default_choice", sa.String(6), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=True),
        sa.Column("released", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("kind IN ('cancelled', 'delayed')", name=op.f("ck_disruptions_kind_word")),
        sa.CheckConstraint(
            "default_choice IN ('refund', 'rebook', 'keep')", name=op.f("ck_disruptions_default_choice_word")
        ),
        sa.CheckConstraint(
            "(kind = 'delayed') = (delay_minutes IS NOT NULL)",
            name=op.f("ck_disruptions_only_delays_have_minutes"),
        ),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedules.id"], name=op.f("fk_disruptions_schedule_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_disruptions_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disruptions")),
    )
    op.create_index("ix_disruptions_schedule", "disruptions", ["schedule_id"])
    op.create_index("ix_disruptions_created_at", "disruptions", ["created_at"])
    _cases()


def _policy() -> None:
    op.add_column(
        "policies", sa.Column("choice_hours", sa.SmallInteger(), server_default="48", nullable=False)
    )
    op.add_column(
        "policies", sa.Column("choice_default", sa.String(6), server_default="refund", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_policies_choice_hours_range"), "policies", "choice_hours BETWEEN 1 AND 720"
    )
    op.create_check_constraint(
        op.f("ck_policies_choice_default_word"), "policies", "choice_default IN ('refund', 'rebook')"
    )


def _cases() -> None:
    op.create_table(
        "disruption_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("disruption_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(8), server_default="waiting", nullable=False),
        sa.Column("choice", sa.String(6), nullable=True),
        sa.Column("chosen_by", sa.String(120), nullable=True),
        sa.Column("chosen_at", _MOMENT, nullable=True),
        sa.Column("to_schedule_id", sa.Uuid(), nullable=True),
        sa.Column("cancellation_id", sa.Uuid(), nullable=True),
        sa.Column("refund", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(300), nullable=True),
        sa.Column("claimed_at", _MOMENT, nullable=True),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'due', 'done', 'failed')", name=op.f("ck_disruption_cases_state_word")
        ),
        sa.CheckConstraint(
            "choice IN ('refund', 'rebook', 'keep')", name=op.f("ck_disruption_cases_choice_word")
        ),
        sa.CheckConstraint(
            "state = 'waiting' OR choice IS NOT NULL", name=op.f("ck_disruption_cases_chosen_before_done")
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_disruption_cases_{column}"))
            for column, target in (
                ("disruption_id", "disruptions.id"),
                ("booking_id", "bookings.id"),
                ("to_schedule_id", "schedules.id"),
                ("cancellation_id", "cancellations.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disruption_cases")),
        sa.UniqueConstraint(
            "disruption_id", "booking_id", name=op.f("uq_disruption_cases_disruption_id_booking_id")
        ),
    )
    op.create_index("ix_disruption_cases_booking", "disruption_cases", ["booking_id"])
    op.create_index(
        "ix_disruption_cases_open",
        "disruption_cases",
        ["disruption_id"],
        postgresql_where=sa.text("state IN ('waiting', 'due')"),
    )


def downgrade() -> None:
    op.drop_table("disruption_cases")
    op.drop_table("disruptions")
    op.drop_column("policies", "choice_default")
    op.drop_column("policies", "choice_hours")
