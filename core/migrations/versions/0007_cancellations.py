"""Cancellations, whole and in part, with their passengers and refunds; whose bookings are whose."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_NOW = sa.text("app_now()")


def upgrade() -> None:
    op.create_index(
        "ix_reservations_sold_to",
        "reservations",
        ["holder_kind", "holder_id"],
        postgresql_where=sa.text("status = 'confirmed'"),
    )
    op.create_table(
        "cancellations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("refund", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.String(300), nullable=True),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_cancellations_percent_range")),
        sa.CheckConstraint(
            "refund >= 0 AND kept >= 0 AND fee >= 0", name=op.f("ck_cancellations_amounts_positive")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_cancellations_booking_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_cancellations_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancellations")),
    )
    op.create_index("ix_cancellations_booking", "cancellations", ["booking_id"])
    op.create_index("ix_cancellations_created_at", "cancellations", ["created_at"])
    op.add_column("passengers", sa.Column("cancellation_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_passengers_cancellation_id", "passengers", "cancellations", ["cancellation_id"], ["id"]
    )
    op.drop_constraint("uq_passengers_reservation_id_seat_id", "passengers", type_="unique")
    op.create_index(
        "uq_passengers_reservation_id_seat_id",
        "passengers",
        ["reservation_id", "seat_id"],
        unique=True,
        postgresql_where=sa.text("cancellation_id IS NULL"),
    )
    op.add_column("refunds", sa.Column("cancellation_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_refunds_cancellation_id", "refunds", "cancellations", ["cancellation_id"], ["id"]
    )
    op.create_index(
        "ix_refunds_cancellation",
        "refunds",
        ["cancellation_id"],
        postgresql_where=sa.text("cancellation_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_refunds_cancellation", "refunds")
    op.drop_column("refunds", "cancellation_id")
    op.drop_index("uq_passengers_reservation_id_seat_id", "passengers")
    op.create_unique_constraint(
        "uq_passengers_reservation_id_seat_id", "passengers", ["reservation_id", "seat_id"]
    )
    op.drop_column("passengers", "cancellation_id")
    op.drop_table("cancellations")
    op.drop_index("ix_reservations_sold_to", "reservations")
