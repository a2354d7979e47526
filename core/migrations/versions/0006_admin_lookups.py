"""What staff look for on every page must not scan: names, contacts, and the few things that wait for somebody."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INDEXES = (
    (
        "ix_passengers_name_words",
        "passengers USING gin (to_tsvector('simple', full_name)) WHERE full_name IS NOT NULL",
    ),
    ("ix_reservations_contact_email", "reservations (lower(contact_email)) WHERE contact_email IS NOT NULL"),
    ("ix_payments_gateway_reference", "payments (gateway_reference) WHERE gateway_reference IS NOT NULL"),
    ("ix_messages_recipient", "messages (recipient)"),
    ("ix_messages_failed", "messages (created_at) WHERE status = 'failed'"),
    ("ix_refunds_created_at", "refunds (created_at)"),
    ("ix_refunds_failed", "refunds (created_at) WHERE status = 'failed'"),
    ("ix_webhook_events_parked", "webhook_events (received_at) WHERE effect = 'parked'"),
)


def upgrade() -> None:
    for name, what in _INDEXES:
        op.execute(f"CREATE INDEX {name} ON {what}")


def downgrade() -> None:
    for name, _what in reversed(_INDEXES):
        op.execute(f"DROP INDEX {name}")
