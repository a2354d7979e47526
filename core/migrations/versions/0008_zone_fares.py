"""Fares of a feed: zones of a route's places, and prices from zone to zone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("route_zones", "zone_fares")
EVENTS = {
    "insert": "NEW TABLE AS changed",
    "update": "NEW TABLE AS changed",
    "delete": "OLD TABLE AS changed",
}


def upgrade() -> None:
    op.create_table(
        "route_zones",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_route_zones_route_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_route_zones_place_id")),
        sa.PrimaryKeyConstraint("route_id", "place_id", name=op.f("pk_route_zones")),
    )
    op.create_table(
        "zone_fares",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("from_zone", sa.String(length=80), nullable=False),
        sa.Column("to_zone", sa.String(length=80), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("by_type", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_zone_fares_amount_positive")),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_zone_fares_route_id")),
        sa.PrimaryKeyConstraint("route_id", "from_zone", "to_zone", name=op.f("pk_zone_fares")),
    )
    for table in TABLES:
        for event, transition in EVENTS.items():
            op.execute(
                f"CREATE TRIGGER terms_version_{event} AFTER {event} ON {table} REFERENCING {transition} "
                "FOR EACH STATEMENT EXECUTE FUNCTION count_terms_up_by_route()"
            )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
