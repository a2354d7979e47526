"""A blocked seat says why, and may be kept back until a time."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_CHECKS = {
    "holds_expire_sales_never": "kind = 'blocked' OR (kind = 'hold') = (expires_at IS NOT NULL)",
    "only_blocks_say_why": "kind = 'blocked' OR reason IS NULL",
}


def upgrade() -> None:
    op.add_column("seat_locks", sa.Column("reason", sa.String(200), nullable=True))
    op.drop_constraint(op.f("ck_seat_locks_only_holds_expire"), "seat_locks")
    for name, check in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_seat_locks_{name}"), "seat_locks", check)


def downgrade() -> None:
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_seat_locks_{name}"), "seat_locks")
    op.execute("UPDATE seat_locks SET expires_at = NULL WHERE kind = 'blocked'")
    op.create_check_constraint(
        op.f("ck_seat_locks_only_holds_expire"), "seat_locks", "(kind = 'hold') = (expires_at IS NOT NULL)"
    )
    op.drop_column("seat_locks", "reason")
