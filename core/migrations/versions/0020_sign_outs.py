"""How often a user has signed out: every session from before is worthless."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("sign_outs", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("users", "sign_outs")
