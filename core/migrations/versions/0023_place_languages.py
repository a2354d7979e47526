"""Which languages the kiosks of a place offer, and in which order."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("places", sa.Column("languages", sa.String(60), nullable=True))


def downgrade() -> None:
    op.drop_column("places", "languages")
