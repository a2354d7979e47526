"""The colour and the logo of an operator, and the house's own."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("colour", sa.String(7), nullable=True),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_mark", sa.String(16), nullable=True),
        sa.CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name=op.f("ck_brands_colour_written")),
        sa.CheckConstraint("(logo IS NULL) = (logo_mark IS NULL)", name=op.f("ck_brands_logo_has_mark")),
        sa.CheckConstraint("octet_length(logo) <= 32768", name=op.f("ck_brands_logo_small")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_brands_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brands")),
        sa.UniqueConstraint(
            "operator_id", name=op.f("uq_brands_operator_id"), postgresql_nulls_not_distinct=True
        ),
    )


def downgrade() -> None:
    op.drop_table("brands")
