"""What about money needs a person is found by small indexes: refunds that hang, messages that contradict."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_refunds_pending ON refunds (created_at) WHERE status = 'pending'")
    op.execute("DROP INDEX ix_webhook_events_parked")
    op.execute(
        "CREATE INDEX ix_webhook_events_open ON webhook_events (received_at) WHERE effect IN ('parked', 'disagrees')"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_webhook_events_open")
    op.execute(
        "CREATE INDEX ix_webhook_events_parked ON webhook_events (received_at) WHERE effect = 'parked'"
    )
    op.execute("DROP INDEX ix_refunds_pending")
