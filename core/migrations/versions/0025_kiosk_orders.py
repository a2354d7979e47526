"""What staff ordered a kiosk to do: show a message, stay out of order, take no cash, load its page anew; and its last sale, found
without reading all.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "kiosks",
        sa.Column("orders", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.create_index(
        "ix_reservations_kiosk",
        "reservations",
        [sa.text("split_part(holder_id, ':', 1)"), "created_at"],
        postgresql_where=sa.text("holder_kind = 'kiosk' AND status = 'confirmed'"),
    )


def downgrade() -> None:
    op.drop_index("ix_reservations_kiosk", "reservations")
    op.drop_column("kiosks", "orders")
