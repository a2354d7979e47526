"""Rules that the database itself keeps: what is immutable, append-only, balanced."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: Refuses the statement under the name given as the trigger's argument; that name is what `core` turns into an error.
REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'refused by %', TG_ARGV[0] USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0];
END $$
"""

LAYOUT_IN_USE = """
CREATE FUNCTION refuse_if_layout_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed jsonb := CASE WHEN TG_OP = 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END;
  used_layout uuid := coalesce(changed ->> 'layout_id', changed ->> 'id')::uuid;
BEGIN
  IF EXISTS (SELECT 1 FROM schedules WHERE layout_id = used_layout) THEN
    RAISE EXCEPTION 'layout is in use' USING ERRCODE = 'check_violation', CONSTRAINT = 'layouts_immutable';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""

LEDGER_BALANCED = """
CREATE FUNCTION ledger_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  posting uuid := CASE WHEN TG_TABLE_NAME = 'ledger_postings' THEN (to_jsonb(NEW) ->> 'id')::uuid
                  ELSE (to_jsonb(NEW) ->> 'posting_id')::uuid END;
  total numeric;
  lines int;
BEGIN
  SELECT coalesce(sum(amount), 0), count(*) INTO total, lines FROM ledger_entries WHERE posting_id = posting;
  IF total <> 0 OR lines < 2 THEN
    RAISE EXCEPTION 'posting % does not balance', posting
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced';
  END IF;
  RETURN NULL;
END $$
"""

REFUND_LIMIT = """
CREATE FUNCTION refunds_stay_within_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  paid bigint;
  refunded bigint;
BEGIN
  SELECT amount INTO paid FROM payments WHERE id = NEW.payment_id FOR UPDATE;
  SELECT coalesce(sum(amount), 0) INTO refunded FROM refunds
    WHERE payment_id = NEW.payment_id AND status <> 'failed' AND id <> NEW.id;
  IF NEW.status <> 'failed' AND refunded + NEW.amount > paid THEN
    RAISE EXCEPTION 'more than was paid' USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_payment';
  END IF;
  RETURN NEW;
END $$
"""

TRIGGERS = (
    "CREATE TRIGGER patterns_immutable BEFORE UPDATE OR DELETE ON patterns "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change('patterns_immutable')",
    "CREATE TRIGGER patterns_immutable BEFORE UPDATE OR DELETE ON pattern_stops "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change('patterns_immutable')",
    "CREATE TRIGGER layouts_immutable BEFORE INSERT OR UPDATE OR DELETE ON seats "
    "FOR EACH ROW EXECUTE FUNCTION refuse_if_layout_in_use()",
    "CREATE TRIGGER layouts_immutable BEFORE UPDATE OF rows, columns, decks, fixtures, code, version OR DELETE "
    "ON layouts FOR EACH ROW EXECUTE FUNCTION refuse_if_layout_in_use()",
    "CREATE TRIGGER activity_log_append_only BEFORE UPDATE OR DELETE ON activity_log "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change('activity_log_append_only')",
    "CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_postings "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change('ledger_append_only')",
    "CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_entries "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change('ledger_append_only')",
    "CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON ledger_entries "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_must_balance()",
    "CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON ledger_postings "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_must_balance()",
    "CREATE TRIGGER refunds_within_payment BEFORE INSERT OR UPDATE ON refunds "
    "FOR EACH ROW EXECUTE FUNCTION refunds_stay_within_payment()",
)

DROPS = (
    "DROP TRIGGER refunds_within_payment ON refunds",
    "DROP TRIGGER ledger_balanced ON ledger_postings",
    "DROP TRIGGER ledger_balanced ON ledger_entries",
    "DROP TRIGGER ledger_append_only ON ledger_entries",
    "DROP TRIGGER ledger_append_only ON ledger_postings",
    "DROP TRIGGER activity_log_append_only ON activity_log",
    "DROP TRIGGER layouts_immutable ON layouts",
    "DROP TRIGGER layouts_immutable ON seats",
    "DROP TRIGGER patterns_immutable ON pattern_stops",
    "DROP TRIGGER patterns_immutable ON patterns",
    "DROP FUNCTION refunds_stay_within_payment()",
    "DROP FUNCTION ledger_must_balance()",
    "DROP FUNCTION refuse_if_layout_in_use()",
    "DROP FUNCTION refuse_change()",
)


def upgrade() -> None:
    for statement in (REFUSE, LAYOUT_IN_USE, LEDGER_BALANCED, REFUND_LIMIT, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    for statement in DROPS:
        op.execute(statement)
