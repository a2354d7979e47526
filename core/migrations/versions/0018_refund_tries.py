"""How often a refund was tried, what its gateway said, and when it is tried again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_COUNTS = ("attempts", "refusals")


def upgrade() -> None:
    for name in _COUNTS:
        op.add_column("refunds", sa.Column(name, sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("refunds", sa.Column("failure", sa.String(200), nullable=True))
    soon = sa.text("app_now() + interval '1 minute'")
    moment = postgresql.TIMESTAMP(timezone=True)
    op.add_column("refunds", sa.Column("next_try_at", moment, server_default=soon, nullable=True))
    op.create_index(
        "ix_refunds_next_try", "refunds", ["next_try_at"], postgresql_where=sa.text("status = 'pending'")
    )
    op.drop_index("ix_refunds_pending", table_name="refunds")


def downgrade() -> None:
    op.create_index(
        "ix_refunds_pending", "refunds", ["created_at"], postgresql_where=sa.text("status = 'pending'")
    )
    op.drop_index("ix_refunds_next_try", table_name="refunds")
    for name in (*_COUNTS, "failure", "next_try_at"):
        op.drop_column("refunds", name)
