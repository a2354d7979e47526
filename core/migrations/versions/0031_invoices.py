"""Invoices and credit notes, numbered without gaps. What was sold before gets its invoice by a job."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column(
            "issued_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('invoice', 'credit')", name=op.f("ck_invoices_kind_word")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_invoices_number_from_one")),
        sa.CheckConstraint(
            "(kind = 'credit') = (refund_id IS NOT NULL)", name=op.f("ck_invoices_credit_of_refund")
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_invoices_operator_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_invoices_booking_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_invoices_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("operator_id", "kind", "year", "number", name="uq_invoices_number"),
        sa.UniqueConstraint("refund_id", name="uq_invoices_refund_id"),
    )
    op.create_index("ix_invoices_booking", "invoices", ["booking_id"])
    op.create_index(
        "uq_invoices_booking",
        "invoices",
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'invoice'"),
    )
    op.execute(
        "CREATE TRIGGER invoices_append_only BEFORE UPDATE OR DELETE ON invoices "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change('invoices_append_only')"
    )
    op.execute(
        "CREATE TRIGGER invoices_not_emptied BEFORE TRUNCATE ON invoices "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('invoices_append_only')"
    )
    op.add_column(
        "policies",
        sa.Column("invoice_by_mail", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute(
        "INSERT INTO outbox (kind, payload) SELECT 'invoice.due', jsonb_build_object('booking_id', id::text)"
        " FROM bookings ORDER BY confirmed_at, id"
    )


def downgrade() -> None:
    op.drop_column("policies", "invoice_by_mail")
    op.execute("DELETE FROM outbox WHERE kind = 'invoice.due'")
    op.drop_table("invoices")
