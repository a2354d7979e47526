"""A booking may have several invoices: differences that were paid later have their own. What was paid or went back before gets
its paper by a job.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_OWED_AN_INVOICE = """
INSERT INTO outbox (kind, payload)
SELECT 'invoice.due', jsonb_build_object('booking_id', b.id::text) FROM bookings b
WHERE b.total > (SELECT sum(i.total) FROM invoices i WHERE i.booking_id = b.id AND i.kind = 'invoice')
ORDER BY b.confirmed_at, b.id
"""
_OWED_A_CREDIT_NOTE = """
INSERT INTO outbox (kind, payload)
SELECT 'credit.due', jsonb_build_object('refund_id', d.id::text) FROM refunds d
JOIN ledger_postings p ON p.refund_id = d.id AND p.kind = 'cancellation'
WHERE d.status = 'processed' AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.refund_id = d.id)
ORDER BY d.settled_at, d.id
"""


def upgrade() -> None:
    op.create_index(
        "ix_ledger_postings_refund",
        "ledger_postings",
        ["refund_id"],
        postgresql_where=sa.text("refund_id IS NOT NULL"),
    )
    op.drop_index("uq_invoices_booking", "invoices")
    op.execute(_OWED_AN_INVOICE)
    op.execute(_OWED_A_CREDIT_NOTE)


def downgrade() -> None:
    op.create_index(
        "uq_invoices_booking",
        "invoices",
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'invoice'"),
    )
    op.drop_index("ix_ledger_postings_refund", "ledger_postings")
