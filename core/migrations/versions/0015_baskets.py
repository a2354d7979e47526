"""Baskets: reservations that are held together and paid by one payment."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add("reservations", "basket_id", "ix_reservations_basket")
    _add("payments", "lead_id", "ix_payments_lead")
    op.create_foreign_key(op.f("fk_payments_lead_id"), "payments", "payments", ["lead_id"], ["id"])


def downgrade() -> None:
    op.drop_index("ix_payments_lead", "payments")
    op.drop_column("payments", "lead_id")
    op.drop_index("ix_reservations_basket", "reservations")
    op.drop_column("reservations", "basket_id")


def _add(table: str, column: str, index: str) -> None:
    """A column that few rows have, found by an index of those alone."""
    op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
    op.create_index(index, table, [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))
