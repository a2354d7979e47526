"""Every attempt to send a message is kept; messages wait behind the oldest one that the mail server did not answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("app_now()"), nullable=False
        ),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(1000), nullable=False),
        sa.CheckConstraint(
            "status IN ('queued', 'sent', 'failed')", name=op.f("ck_message_attempts_status_word")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_attempts_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_attempts")),
    )
    op.create_index("ix_message_attempts_message", "message_attempts", ["message_id", "id"])
    op.add_column(
        "messages", sa.Column("unreachable", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index("ix_messages_unreachable", "messages", ["id"], postgresql_where=sa.text("unreachable"))


def downgrade() -> None:
    op.drop_index("ix_messages_unreachable", "messages")
    op.drop_column("messages", "unreachable")
    op.drop_table("message_attempts")
