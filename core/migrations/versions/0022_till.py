"""The till: shifts at drawers of cash, and every posting of cash says in which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_MOMENT = postgresql.TIMESTAMP(timezone=True)
_NOW = sa.text("app_now()")
_ACCOUNTS = ("cash_drawer", "gateway_receivable", "revenue", "fees", "taxes", "refunds_due", "voucher_liability",
             "goodwill", "prepayments")  # fmt: skip

#: What is written when a shift is closed; everything else, and everything afterwards, stays as it is.
_MAY_ONLY_CLOSE = """
CREATE FUNCTION shift_may_only_close() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  closing text[] := ARRAY['closed_at', 'closed_by', 'closed_by_name', 'closing_count', 'counted', 'expected',
    'variance_limit'];
BEGIN
  IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL OR to_jsonb(NEW) - closing <> to_jsonb(OLD) - closing THEN
    RAISE EXCEPTION 'a shift is written once' USING ERRCODE = 'check_violation', CONSTRAINT = 'shifts_written_once';
  END IF;
  RETURN NEW;
END $$
"""
_NEEDS_SHIFT = """
CREATE FUNCTION cash_must_have_shift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_postings p JOIN shifts s ON s.id = p.shift_id AND s.currency = p.currency
                 WHERE p.id = NEW.posting_id AND s.closed_at IS NULL) THEN
    RAISE EXCEPTION 'cash moves in an open shift only'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'cash_needs_shift';
  END IF;
  RETURN NULL;
END $$
"""
_TRIGGERS = (
    "CREATE TRIGGER shifts_written_once BEFORE UPDATE OR DELETE ON shifts "
    "FOR EACH ROW EXECUTE FUNCTION shift_may_only_close()",
    "CREATE TRIGGER shift_movements_append_only BEFORE UPDATE OR DELETE ON shift_movements "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change('shift_movements_append_only')",
    "CREATE TRIGGER shift_approvals_append_only BEFORE UPDATE OR DELETE ON shift_approvals "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change('shift_approvals_append_only')",
    "CREATE TRIGGER cash_needs_shift AFTER INSERT ON ledger_entries FOR EACH ROW WHEN (NEW.account = 'cash_drawer') "
    "EXECUTE FUNCTION cash_must_have_shift()",
)


def upgrade() -> None:
    _accounts((*_ACCOUNTS, "safe", "over_short"))
    _shifts()
    _beside_shifts()
    op.alter_column("ledger_postings", "operator_id", nullable=True)
    op.add_column("ledger_postings", sa.Column("shift_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_ledger_postings_shift_id"), "ledger_postings", "shifts", ["shift_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_ledger_postings_has_owner"), "ledger_postings", "num_nonnulls(operator_id, shift_id) > 0"
    )
    op.create_index(
        "ix_ledger_postings_shift",
        "ledger_postings",
        ["shift_id"],
        postgresql_where=sa.text("shift_id IS NOT NULL"),
    )
    for statement in (_MAY_ONLY_CLOSE, _NEEDS_SHIFT, *_TRIGGERS):
        op.execute(statement)


def _shifts() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kiosk_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("opened_at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("opened_by", sa.String(80), nullable=False),
        sa.Column("opened_by_name", sa.String(120), nullable=False),
        sa.Column("float_count", postgresql.JSONB(), nullable=False),
        sa.Column("float_amount", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(80), nullable=True),
        sa.Column("closed_by_name", sa.String(120), nullable=True),
        sa.Column("closing_count", postgresql.JSONB(), nullable=True),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("variance_limit", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("num_nonnulls(kiosk_id, user_id) = 1", name=op.f("ck_shifts_one_drawer")),
        sa.CheckConstraint(
            "num_nonnulls(closed_at, closed_by, closed_by_name, closing_count, counted, expected, variance_limit) IN (0, 7)",
            name=op.f("ck_shifts_closed_whole"),
        ),
        sa.CheckConstraint(
            "float_amount >= 0 AND (counted IS NULL OR counted >= 0)", name=op.f("ck_shifts_counts_positive")
        ),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name=op.f("fk_shifts_kiosk_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_shifts_user_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_shifts_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index(
        "uq_shifts_open_drawer", "shifts", [sa.text("coalesce(kiosk_id, user_id)")], unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )  # fmt: skip
    op.create_index("ix_shifts_opened_at", "shifts", ["opened_at"])
    op.create_index("ix_shifts_kiosk", "shifts", ["kiosk_id", "opened_at"])
    op.create_index("ix_shifts_user", "shifts", ["user_id", "opened_at"])


def _beside_shifts() -> None:
    op.create_table(
        "shift_movements",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.CheckConstraint("kind IN ('put_in', 'taken_out')", name=op.f("ck_shift_movements_kind_word")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_shift_movements_amount_positive")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_shift_movements_shift_id")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["ledger_postings.id"], name=op.f("fk_shift_movements_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_movements")),
    )
    op.create_index("ix_shift_movements_shift", "shift_movements", ["shift_id"])
    op.create_table(
        "shift_approvals",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("at", _MOMENT, server_default=_NOW, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_shift_approvals_shift_id")),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_shift_approvals")),
    )
    op.create_table(
        "till_limits",
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_till_limits_amount_positive")),
        sa.PrimaryKeyConstraint("currency", name=op.f("pk_till_limits")),
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER cash_needs_shift ON ledger_entries")
    op.drop_table("till_limits")
    op.drop_table("shift_approvals")
    op.drop_table("shift_movements")
    op.drop_constraint(op.f("ck_ledger_postings_has_owner"), "ledger_postings")
    op.drop_column("ledger_postings", "shift_id")
    op.drop_table("shifts")
    op.execute("DROP FUNCTION cash_must_have_shift()")
    op.execute("DROP FUNCTION shift_may_only_close()")
    op.alter_column("ledger_postings", "operator_id", nullable=False)
    _accounts(_ACCOUNTS)


def _accounts(words: tuple[str, ...]) -> None:
    name = "ck_ledger_entries_account_word"
    op.execute(f"ALTER TABLE ledger_entries DROP CONSTRAINT {name}")
    listed = ", ".join(f"'{word}'" for word in words)
    op.execute(f"ALTER TABLE ledger_entries ADD CONSTRAINT {name} CHECK (account IN ({listed}))")
