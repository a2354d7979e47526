"""A statement that takes seats refuses by itself when it does not get them all: it can be a transaction of its own."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ALL_OR_NOTHING = """
CREATE FUNCTION all_or_nothing(taken uuid[], wanted int) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(cardinality(taken), 0) < wanted THEN
    RAISE EXCEPTION 'not all of the seats can be had'
      USING ERRCODE = 'BH001', DETAIL = coalesce(array_to_string(taken, ' '), '');
  END IF;
  RETURN true;
END $$
"""


def upgrade() -> None:
    op.execute(ALL_OR_NOTHING)


def downgrade() -> None:
    op.execute("DROP FUNCTION all_or_nothing(uuid[], int)")
