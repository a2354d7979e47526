"""Devices of a kiosk: their agent, commands and events, and the cash that its box takes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_NOW = sa.text("app_now()")
_ACCOUNTS = (
    "cash_drawer", "gateway_receivable", "revenue", "fees", "taxes", "refunds_due", "voucher_liability", "goodwill",
    "prepayments", "safe", "over_short",
)  # fmt: skip


def upgrade() -> None:
    _accounts((*_ACCOUNTS, "intake"))
    _agents()
    _cash()


def _agents() -> None:
    op.create_table(
        "kiosk_agents",
        sa.Column("kiosk_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("version", sa.String(40), server_default="", nullable=False),
        sa.Column("devices", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("state", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("last_event", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_seen_at", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name=op.f("fk_kiosk_agents_kiosk_id")),
        sa.PrimaryKeyConstraint("kiosk_id", name=op.f("pk_kiosk_agents")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kiosk_agents_token_hash")),
    )
    op.create_table(
        "kiosk_commands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kiosk_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(8), server_default="waiting", nullable=False),
        sa.Column("result", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("taken_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'taken', 'done', 'failed', 'expired')",
            name=op.f("ck_kiosk_commands_status_word"),
        ),
        sa.CheckConstraint(
            "device IN ('printer', 'cash', 'terminal', 'scanner', 'simulator')",
            name=op.f("ck_kiosk_commands_device_word"),
        ),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name=op.f("fk_kiosk_commands_kiosk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_commands")),
    )
    op.create_index(
        "ix_kiosk_commands_open", "kiosk_commands", ["kiosk_id"],
        postgresql_where=sa.text("status IN ('waiting', 'taken')"),
    )  # fmt: skip
    op.create_index("ix_kiosk_commands_kiosk", "kiosk_commands", ["kiosk_id", "created_at"])
    op.create_index(
        "ix_kiosk_commands_subject", "kiosk_commands", ["subject_id"],
        postgresql_where=sa.text("subject_id IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "kiosk_events",
        sa.Column("kiosk_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("happened_at", _MOMENT, nullable=True),
        sa.Column("recorded_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name=op.f("fk_kiosk_events_kiosk_id")),
        sa.PrimaryKeyConstraint("kiosk_id", "number", name=op.f("pk_kiosk_events")),
    )


def _cash() -> None:
    op.create_table(
        "cash_intakes",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("kiosk_id", sa.Uuid(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("inserted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("used", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_out", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("status", sa.String(10), server_default="taking", nullable=False),
        sa.Column("slip_code", sa.String(8), nullable=True),
        sa.Column("created_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "status IN ('taking', 'stopping', 'returning', 'owed', 'done')",
            name=op.f("ck_cash_intakes_status_word"),
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_cash_intakes_payment_id")),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name=op.f("fk_cash_intakes_kiosk_id")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_cash_intakes_reservation_id")
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_cash_intakes_operator_id")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_cash_intakes")),
        sa.UniqueConstraint("slip_code", name=op.f("uq_cash_intakes_slip_code")),
    )
    op.create_index(
        "uq_cash_intakes_kiosk_id", "cash_intakes", ["kiosk_id"], unique=True,
        postgresql_where=sa.text("status IN ('taking', 'stopping', 'returning')"),
    )  # fmt: skip
    op.create_index(
        "ix_cash_intakes_owed", "cash_intakes", ["created_at"], postgresql_where=sa.text("status = 'owed'")
    )
    op.create_table(
        "cash_movements",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kiosk_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("at", _MOMENT, server_default=_NOW, nullable=False),
        sa.CheckConstraint("kind IN ('inserted', 'paid_out')", name=op.f("ck_cash_movements_kind_word")),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name=op.f("fk_cash_movements_kiosk_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_cash_movements_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_movements")),
    )
    op.create_index("ix_cash_movements_kiosk", "cash_movements", ["kiosk_id", "at"])
    op.create_index(
        "ix_cash_movements_stray", "cash_movements", ["at"], postgresql_where=sa.text("payment_id IS NULL")
    )


def _accounts(words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    op.drop_constraint(op.f("ck_ledger_entries_account_word"), "ledger_entries")
    op.create_check_constraint(
        op.f("ck_ledger_entries_account_word"), "ledger_entries", f"account IN ({listed})"
    )


def downgrade() -> None:
    for table in ("cash_movements", "cash_intakes", "kiosk_events", "kiosk_commands", "kiosk_agents"):
        op.drop_table(table)
    _accounts(_ACCOUNTS)
