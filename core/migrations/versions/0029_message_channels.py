"""Messages by more ways than mail: text messages where a policy wants them, and an operator's own webhook."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("operators", sa.Column("webhook_url", sa.String(250), nullable=True))
    op.add_column(
        "operators", sa.Column("webhook_key", sa.SmallInteger(), server_default="1", nullable=False)
    )
    op.create_check_constraint(op.f("ck_operators_webhook_key_range"), "operators", "webhook_key >= 1")
    op.add_column("policies", sa.Column("sms", sa.String(7), server_default="instead", nullable=False))
    op.create_check_constraint(
        op.f("ck_policies_sms_word"), "policies", "sms IN ('never', 'instead', 'both')"
    )
    op.create_check_constraint(
        op.f("ck_messages_channel_word"), "messages", "channel IN ('email', 'sms', 'webhook')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_messages_channel_word"), "messages")
    op.drop_column("policies", "sms")
    op.drop_column("operators", "webhook_key")
    op.drop_column("operators", "webhook_url")
