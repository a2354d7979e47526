"""Vouchers, payments in parts, and the accounts that these need."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_NOW = sa.text("app_now()")
_METHODS = ("card", "cash", "phone", "wallet", "upi", "net_banking")
_ACCOUNTS = ("cash_drawer", "gateway_receivable", "revenue", "fees", "taxes", "refunds_due")


def upgrade() -> None:
    _words("payments", "method", (*_METHODS, "voucher"))
    _words("ledger_entries", "account", (*_ACCOUNTS, "voucher_liability", "goodwill", "prepayments"))
    op.add_column("payments", sa.Column("split_id", sa.Uuid(), nullable=True))
    op.add_column(
        "payments", sa.Column("waiting", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(
        "ix_payments_split", "payments", ["split_id"], postgresql_where=sa.text("split_id IS NOT NULL")
    )
    op.create_index(
        "ix_payments_waiting", "payments", ["reservation_id"], postgresql_where=sa.text("waiting")
    )
    op.create_table(
        "vouchers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("sold", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_vouchers_amount_positive")),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_vouchers_balance_positive")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_vouchers_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouchers")),
        sa.UniqueConstraint("code", name=op.f("uq_vouchers_code")),
    )
    op.create_index("ix_vouchers_created_at", "vouchers", ["created_at"])
    op.create_table(
        "voucher_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("voucher_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("at", _MOMENT, server_default=_NOW, nullable=False),
        sa.CheckConstraint(
            "kind IN ('issued', 'spent', 'given_back')", name=op.f("ck_voucher_entries_kind_word")
        ),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_voucher_entries_voucher_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_voucher_entries_payment_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_voucher_entries_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_entries")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_voucher_entries_refund_id")),
    )
    op.create_index("ix_voucher_entries_voucher", "voucher_entries", ["voucher_id"])
    op.create_index(
        "uq_voucher_entries_payment",
        "voucher_entries",
        ["payment_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'spent'"),
    )
    op.execute(
        "CREATE TRIGGER voucher_entries_append_only BEFORE UPDATE OR DELETE ON voucher_entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change('voucher_entries_append_only')"
    )


def downgrade() -> None:
    op.drop_table("voucher_entries")
    op.drop_table("vouchers")
    op.drop_index("ix_payments_waiting", "payments")
    op.drop_column("payments", "waiting")
    op.drop_index("ix_payments_split", "payments")
    op.drop_column("payments", "split_id")
    _words("ledger_entries", "account", _ACCOUNTS)
    _words("payments", "method", _METHODS)


def _words(table: str, column: str, words: tuple[str, ...]) -> None:
    name = f"ck_{table}_{column}_word"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    listed = ", ".join(f"'{word}'" for word in words)
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({listed}))")
