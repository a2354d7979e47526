"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: The one clock. A test moves it by setting `bookinghall.clock_shift` to an interval; nothing else sets that.
APP_NOW = """
CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT now() + coalesce(nullif(current_setting('bookinghall.clock_shift', true), ''), '0')::interval
$$
"""


def upgrade() -> None:
    op.execute(APP_NOW)
    op.create_table(
        "activity_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("app_now()"), nullable=False
        ),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.String(length=80), nullable=False),
        sa.Column("actor_label", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_log")),
    )
    op.create_index("ix_activity_log_at", "activity_log", ["at"], unique=False)
    op.create_index("ix_activity_log_subject", "activity_log", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_keys_prefix")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=10), server_default="started", nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "started_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_started_at", "idempotency_keys", ["started_at"], unique=False)
    op.create_table(
        "operators",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("trade", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=10), server_default="en", nullable=False),
        sa.Column("reference_prefix", sa.String(length=1), server_default="B", nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("url", sa.String(length=300), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("tax_number", sa.String(length=40), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_operators_currency_iso")),
        sa.CheckConstraint(
            "reference_prefix ~ '^[A-HJ-KM-NP-Z2-9]$'", name=op.f("ck_operators_reference_prefix_char")
        ),
        sa.CheckConstraint("trade IN ('bus', 'flight', 'cinema')", name=op.f("ck_operators_trade_word")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        sa.UniqueConstraint("code", name=op.f("uq_operators_code")),
        sa.UniqueConstraint("id", "currency", name=op.f("uq_operators_id_currency")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column(
            "due_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("app_now()"), nullable=False
        ),
        sa.Column("claimed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_done_at", "outbox", ["done_at"], unique=False)
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["kind", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search_name", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=10), server_default="stop", nullable=False),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('station', 'stop', 'airport', 'cinema')", name=op.f("ck_places_kind_word")
        ),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_places_latitude_range")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_places_longitude_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("code", name=op.f("uq_places_code")),
    )
    op.create_index(
        "ix_places_search_name",
        "places",
        ["search_name"],
        unique=False,
        postgresql_ops={"search_name": "text_pattern_ops"},
    )
    op.create_table(
        "timetable_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("app_now()"), nullable=False
        ),
        sa.Column("feed", sa.String(length=200), nullable=False),
        sa.Column("feed_hash", sa.String(length=64), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_imports")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=10), server_default="customer", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("last_sign_in_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('guest', 'customer', 'agent', 'gate', 'manager', 'admin', 'kiosk')",
            name=op.f("ck_users_role_word"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index("uq_users_email", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "kiosks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=10), server_default="pending", nullable=False),
        sa.Column("pairing_code", sa.String(length=12), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("last_seen_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.CheckConstraint("status IN ('pending', 'active', 'revoked')", name=op.f("ck_kiosks_status_word")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_kiosks_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosks")),
        sa.UniqueConstraint("pairing_code", name=op.f("uq_kiosks_pairing_code")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kiosks_token_hash")),
    )
    op.create_table(
        "layouts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("rows", sa.SmallInteger(), nullable=False),
        sa.Column("columns", sa.SmallInteger(), nullable=False),
        sa.Column("decks", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("fixtures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("decks BETWEEN 1 AND 3", name=op.f("ck_layouts_deck_count")),
        sa.CheckConstraint(
            "rows BETWEEN 1 AND 200 AND columns BETWEEN 1 AND 100", name=op.f("ck_layouts_grid_size")
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_layouts_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layouts")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_layouts_code_version")),
    )
    op.create_table(
        "passenger_fares",
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("passenger_type", sa.String(length=20), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_passenger_fares_percent_range")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_passenger_fares_operator_id")
        ),
        sa.PrimaryKeyConstraint("operator_id", "passenger_type", name=op.f("pk_passenger_fares")),
    )
    op.create_table(
        "policies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("hold_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("extension_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("max_extensions", sa.SmallInteger(), nullable=False),
        sa.Column("payment_grace_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("max_seats", sa.SmallInteger(), nullable=False),
        sa.Column("sales_close_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("refund_ladder", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("passenger_fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("check_in_opens_hours", sa.SmallInteger(), nullable=True),
        sa.Column("check_in_closes_hours", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "extension_minutes BETWEEN 0 AND 60", name=op.f("ck_policies_extension_minutes_range")
        ),
        sa.CheckConstraint("hold_minutes BETWEEN 1 AND 240", name=op.f("ck_policies_hold_minutes_range")),
        sa.CheckConstraint("max_extensions BETWEEN 0 AND 10", name=op.f("ck_policies_max_extensions_range")),
        sa.CheckConstraint("max_seats BETWEEN 1 AND 50", name=op.f("ck_policies_max_seats_range")),
        sa.CheckConstraint(
            "payment_grace_minutes BETWEEN 0 AND 30", name=op.f("ck_policies_payment_grace_range")
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_policies_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("operator_id", "version", name=op.f("uq_policies_operator_id_version")),
    )
    op.create_index(
        "uq_policies_active", "policies", ["operator_id"], unique=True, postgresql_where=sa.text("active")
    )
    op.create_table(
        "routes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("gtfs_type", sa.SmallInteger(), nullable=True),
        sa.Column("color", sa.String(length=6), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("distance_m >= 0", name=op.f("ck_routes_distance_positive")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_routes_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routes")),
        sa.UniqueConstraint("id", "operator_id", name=op.f("uq_routes_id_operator_id")),
        sa.UniqueConstraint("operator_id", "code", name=op.f("uq_routes_operator_id_code")),
    )
    op.create_table(
        "seat_charges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_seat_charges_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_charges")),
        sa.UniqueConstraint("operator_id", "subject", name=op.f("uq_seat_charges_operator_id_subject")),
    )
    op.create_table(
        "tariffs",
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("per_km", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("round_to", sa.Integer(), server_default="1", nullable=False),
        sa.Column("booking_fee", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax_per_mille", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "base >= 0 AND per_km >= 0 AND minimum >= 0 AND booking_fee >= 0",
            name=op.f("ck_tariffs_amounts_positive"),
        ),
        sa.CheckConstraint("round_to >= 1", name=op.f("ck_tariffs_round_to_positive")),
        sa.CheckConstraint("tax_per_mille BETWEEN 0 AND 500", name=op.f("ck_tariffs_tax_range")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_tariffs_operator_id")),
        sa.PrimaryKeyConstraint("operator_id", name=op.f("pk_tariffs")),
    )
    op.create_table(
        "user_stations",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_user_stations_place_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_stations_user_id")),
        sa.PrimaryKeyConstraint("user_id", "place_id", name=op.f("pk_user_stations")),
    )
    op.create_table(
        "fares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("destination_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_fares_amount_positive")),
        sa.ForeignKeyConstraint(["destination_id"], ["places.id"], name=op.f("fk_fares_destination_id")),
        sa.ForeignKeyConstraint(["origin_id"], ["places.id"], name=op.f("fk_fares_origin_id")),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_fares_route_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fares")),
        sa.UniqueConstraint(
            "route_id", "origin_id", "destination_id", name=op.f("uq_fares_route_id_origin_id_destination_id")
        ),
    )
    op.create_table(
        "patterns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("headsign", sa.String(length=200), nullable=True),
        sa.Column("legs", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("legs >= 1", name=op.f("ck_patterns_has_legs")),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_patterns_route_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patterns")),
        sa.UniqueConstraint("id", "route_id", name=op.f("uq_patterns_id_route_id")),
        sa.UniqueConstraint("route_id", "fingerprint", name=op.f("uq_patterns_route_id_fingerprint")),
    )
    op.create_table(
        "seats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("layout_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("deck", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("row", sa.SmallInteger(), nullable=False),
        sa.Column("column", sa.SmallInteger(), nullable=False),
        sa.Column("type", sa.String(length=20), server_default="standard", nullable=False),
        sa.Column("features", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint('"row" >= 0 AND "column" >= 0 AND deck >= 0', name=op.f("ck_seats_grid_place")),
        sa.ForeignKeyConstraint(["layout_id"], ["layouts.id"], name=op.f("fk_seats_layout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seats")),
        sa.UniqueConstraint(
            "layout_id", "deck", "row", "column", name=op.f("uq_seats_layout_id_deck_row_column")
        ),
        sa.UniqueConstraint("layout_id", "id", name=op.f("uq_seats_layout_id_id")),
        sa.UniqueConstraint("layout_id", "number", name=op.f("uq_seats_layout_id_number")),
    )
    op.create_table(
        "vehicles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("layout_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("standard", sa.String(length=20), server_default="standard", nullable=False),
        sa.Column("maker", sa.String(length=80), nullable=True),
        sa.Column(
            "amenities",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["layout_id"], ["layouts.id"], name=op.f("fk_vehicles_layout_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_vehicles_operator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
        sa.UniqueConstraint("id", "operator_id", name=op.f("uq_vehicles_id_operator_id")),
        sa.UniqueConstraint("operator_id", "number", name=op.f("uq_vehicles_operator_id_number")),
    )
    op.create_table(
        "pattern_stops",
        sa.Column("pattern_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("arrival_offset", sa.Integer(), nullable=False),
        sa.Column("departure_offset", sa.Integer(), nullable=False),
        sa.Column("boarding", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("alighting", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("on_request", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=True),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "departure_offset >= arrival_offset", name=op.f("ck_pattern_stops_departs_after_arrival")
        ),
        sa.CheckConstraint("distance_m >= 0", name=op.f("ck_pattern_stops_distance_positive")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_pattern_stops_position_positive")),
        sa.ForeignKeyConstraint(["pattern_id"], ["patterns.id"], name=op.f("fk_pattern_stops_pattern_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_pattern_stops_place_id")),
        sa.PrimaryKeyConstraint("pattern_id", "position", name=op.f("pk_pattern_stops")),
    )
    op.create_index(
        "ix_pattern_stops_place", "pattern_stops", ["place_id", "pattern_id", "position"], unique=False
    )
    op.create_table(
        "schedules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("pattern_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=True),
        sa.Column("layout_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("departure_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("arrival_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("estimated_departure_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("platform", sa.String(length=20), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=12), server_default="scheduled", nullable=False),
        sa.Column("source_key", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "status IN ('scheduled', 'boarding', 'departed', 'arrived', 'completed', 'cancelled')",
            name=op.f("ck_schedules_status_word"),
        ),
        sa.CheckConstraint("arrival_at >= departure_at", name=op.f("ck_schedules_arrives_after_departure")),
        sa.ForeignKeyConstraint(["layout_id"], ["layouts.id"], name=op.f("fk_schedules_layout_id")),
        sa.ForeignKeyConstraint(
            ["operator_id", "currency"],
            ["operators.id", "operators.currency"],
            name=op.f("fk_schedules_operator_id_currency"),
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_schedules_operator_id")),
        sa.ForeignKeyConstraint(
            ["pattern_id", "route_id"],
            ["patterns.id", "patterns.route_id"],
            name=op.f("fk_schedules_pattern_id_route_id"),
        ),
        sa.ForeignKeyConstraint(
            ["route_id", "operator_id"],
            ["routes.id", "routes.operator_id"],
            name=op.f("fk_schedules_route_id_operator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id", "operator_id"],
            ["vehicles.id", "vehicles.operator_id"],
            name=op.f("fk_schedules_vehicle_id_operator_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("id", "layout_id", name=op.f("uq_schedules_id_layout_id")),
        sa.UniqueConstraint("source_key", name=op.f("uq_schedules_source_key")),
    )
    op.create_index("ix_schedules_departure", "schedules", ["departure_at"], unique=False)
    op.create_index(
        "ix_schedules_pattern_departure", "schedules", ["pattern_id", "departure_at"], unique=False
    )
    op.create_table(
        "reservations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("from_position", sa.SmallInteger(), nullable=False),
        sa.Column("to_position", sa.SmallInteger(), nullable=False),
        sa.Column("seat_count", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="active", nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("holder_kind", sa.String(length=6), nullable=False),
        sa.Column("holder_id", sa.String(length=80), nullable=False),
        sa.Column("holder_label", sa.String(length=120), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("extensions", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("grace_used", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("quote", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("contact_phone", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=10), server_default="en", nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "channel IN ('kiosk', 'web', 'api', 'counter')", name=op.f("ck_reservations_channel_word")
        ),
        sa.CheckConstraint(
            "holder_kind IN ('user', 'guest', 'kiosk', 'api')", name=op.f("ck_reservations_holder_kind_word")
        ),
        sa.CheckConstraint(
            "status IN ('active', 'expired', 'confirmed', 'cancelled')",
            name=op.f("ck_reservations_status_word"),
        ),
        sa.CheckConstraint(
            "from_position >= 0 AND to_position > from_position", name=op.f("ck_reservations_stretch_forward")
        ),
        sa.CheckConstraint("seat_count >= 1", name=op.f("ck_reservations_has_seats")),
        sa.CheckConstraint("total >= 0", name=op.f("ck_reservations_total_positive")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_reservations_operator_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_reservations_policy_id")),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedules.id"], name=op.f("fk_reservations_schedule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
    )
    op.create_index(
        "ix_reservations_active",
        "reservations",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index("ix_reservations_created_at", "reservations", ["created_at"], unique=False)
    op.create_index(
        "uq_reservations_one_active",
        "reservations",
        ["schedule_id", "holder_kind", "holder_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="confirmed", nullable=False),
        sa.Column(
            "confirmed_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("cancelled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('confirmed', 'checked_in', 'completed', 'cancelled', 'no_show')",
            name=op.f("ck_bookings_status_word"),
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_bookings_operator_id")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_bookings_reservation_id")
        ),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedules.id"], name=op.f("fk_bookings_schedule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("reference", name=op.f("uq_bookings_reference")),
        sa.UniqueConstraint("reservation_id", name=op.f("uq_bookings_reservation_id")),
    )
    op.create_index("ix_bookings_confirmed_at", "bookings", ["confirmed_at"], unique=False)
    op.create_index("ix_bookings_schedule", "bookings", ["schedule_id"], unique=False)
    op.create_table(
        "passengers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.String(length=20), server_default="adult", nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=True),
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_passengers_reservation_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_passengers_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passengers")),
        sa.UniqueConstraint("reservation_id", "place", name=op.f("uq_passengers_reservation_id_place")),
        sa.UniqueConstraint("reservation_id", "seat_id", name=op.f("uq_passengers_reservation_id_seat_id")),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="pending", nullable=False),
        sa.Column("gateway_reference", sa.String(length=120), nullable=True),
        sa.Column("pay_url", sa.String(length=500), nullable=True),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "method IN ('card', 'cash', 'phone', 'wallet', 'upi', 'net_banking')",
            name=op.f("ck_payments_method_word"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'completed', 'failed', 'refunded')", name=op.f("ck_payments_status_word")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_payments_amount_positive")),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_payments_operator_id")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_payments_reservation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "gateway", "gateway_reference", name=op.f("uq_payments_gateway_gateway_reference")
        ),
    )
    op.create_index("ix_payments_created_at", "payments", ["created_at"], unique=False)
    op.create_index("ix_payments_reservation", "payments", ["reservation_id"], unique=False)
    op.create_table(
        "seat_locks",
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("leg", sa.SmallInteger(), nullable=False),
        sa.Column("layout_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'blocked') = (reservation_id IS NULL)",
            name=op.f("ck_seat_locks_only_blocks_are_nobodys"),
        ),
        sa.CheckConstraint(
            "(kind = 'hold') = (expires_at IS NOT NULL)", name=op.f("ck_seat_locks_only_holds_expire")
        ),
        sa.CheckConstraint("kind IN ('hold', 'sold', 'blocked')", name=op.f("ck_seat_locks_kind_word")),
        sa.CheckConstraint("leg >= 0", name=op.f("ck_seat_locks_leg_positive")),
        sa.ForeignKeyConstraint(
            ["layout_id", "seat_id"],
            ["seats.layout_id", "seats.id"],
            name=op.f("fk_seat_locks_layout_id_seat_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_seat_locks_reservation_id")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id", "layout_id"],
            ["schedules.id", "schedules.layout_id"],
            name=op.f("fk_seat_locks_schedule_id_layout_id"),
        ),
        sa.PrimaryKeyConstraint("schedule_id", "seat_id", "leg", name=op.f("pk_seat_locks")),
    )
    op.create_index("ix_seat_locks_reservation", "seat_locks", ["reservation_id"], unique=False)
    op.create_index(
        "ix_seat_locks_run_out",
        "seat_locks",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("kind = 'hold'"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), server_default="email", nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=10), server_default="en", nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=10), server_default="queued", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("outcome", sa.String(length=1000), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('queued', 'sent', 'failed')", name=op.f("ck_messages_status_word")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_messages_booking_id")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_messages_reservation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("cause", "recipient", name=op.f("uq_messages_cause_recipient")),
    )
    op.create_index("ix_messages_created_at", "messages", ["created_at"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="pending", nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("gateway_reference", sa.String(length=120), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'processed', 'failed')", name=op.f("ck_refunds_status_word")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refunds_amount_positive")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index("ix_refunds_payment", "refunds", ["payment_id"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("passenger_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("serial", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("status", sa.String(length=10), server_default="valid", nullable=False),
        sa.Column(
            "issued_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("used_where", sa.String(length=120), nullable=True),
        sa.Column("qr", sa.String(length=600), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "status IN ('valid', 'used', 'cancelled', 'expired')", name=op.f("ck_tickets_status_word")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_tickets_booking_id")),
        sa.ForeignKeyConstraint(["passenger_id"], ["passengers.id"], name=op.f("fk_tickets_passenger_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("number", name=op.f("uq_tickets_number")),
        sa.UniqueConstraint("passenger_id", name=op.f("uq_tickets_passenger_id")),
    )
    op.create_index("ix_tickets_booking", "tickets", ["booking_id"], unique=False)
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.String(length=120), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("effect", sa.String(length=40), nullable=False),
        sa.Column(
            "received_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("app_now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_webhook_events_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
        sa.UniqueConstraint("gateway", "event_id", name=op.f("uq_webhook_events_gateway_event_id")),
    )
    op.create_table(
        "ledger_postings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("app_now()"), nullable=False
        ),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("reservation_id", sa.Uuid(), nullable=True),
        sa.Column("route_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_ledger_postings_operator_id")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_ledger_postings_payment_id")),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_ledger_postings_refund_id")),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_ledger_postings_reservation_id")
        ),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], name=op.f("fk_ledger_postings_route_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_postings")),
    )
    op.create_index("ix_ledger_postings_at", "ledger_postings", ["at"], unique=False)
    op.create_table(
        "mailbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column(
            "at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("app_now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_mailbox_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(length=24), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "account IN ('cash_drawer', 'gateway_receivable', 'revenue', 'fees', 'taxes', 'refunds_due')",
            name=op.f("ck_ledger_entries_account_word"),
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_entries_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["ledger_postings.id"], name=op.f("fk_ledger_entries_posting_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    op.create_index("ix_ledger_entries_posting", "ledger_entries", ["posting_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_ledger_entries_posting", table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_table("mailbox")
    op.drop_index("ix_ledger_postings_at", table_name="ledger_postings")
    op.drop_table("ledger_postings")
    op.drop_table("webhook_events")
    op.drop_index("ix_tickets_booking", table_name="tickets")
    op.drop_table("tickets")
    op.drop_index("ix_refunds_payment", table_name="refunds")
    op.drop_table("refunds")
    op.drop_index("ix_messages_created_at", table_name="messages")
    op.drop_table("messages")
    op.drop_index("ix_seat_locks_run_out", table_name="seat_locks", postgresql_where=sa.text("kind = 'hold'"))
    op.drop_index("ix_seat_locks_reservation", table_name="seat_locks")
    op.drop_table("seat_locks")
    op.drop_index("ix_payments_reservation", table_name="payments")
    op.drop_index("ix_payments_created_at", table_name="payments")
    op.drop_table("payments")
    op.drop_table("passengers")
    op.drop_index("ix_bookings_schedule", table_name="bookings")
    op.drop_index("ix_bookings_confirmed_at", table_name="bookings")
    op.drop_table("bookings")
    op.drop_index(
        "uq_reservations_one_active", table_name="reservations", postgresql_where=sa.text("status = 'active'")
    )
    op.drop_index("ix_reservations_created_at", table_name="reservations")
    op.drop_index(
        "ix_reservations_active", table_name="reservations", postgresql_where=sa.text("status = 'active'")
    )
    op.drop_table("reservations")
    op.drop_index("ix_schedules_pattern_departure", table_name="schedules")
    op.drop_index("ix_schedules_departure", table_name="schedules")
    op.drop_table("schedules")
    op.drop_index("ix_pattern_stops_place", table_name="pattern_stops")
    op.drop_table("pattern_stops")
    op.drop_table("vehicles")
    op.drop_table("seats")
    op.drop_table("patterns")
    op.drop_table("fares")
    op.drop_table("user_stations")
    op.drop_table("tariffs")
    op.drop_table("seat_charges")
    op.drop_table("routes")
    op.drop_index("uq_policies_active", table_name="policies", postgresql_where=sa.text("active"))
    op.drop_table("policies")
    op.drop_table("passenger_fares")
    op.drop_table("layouts")
    op.drop_table("kiosks")
    op.drop_index("uq_users_email", table_name="users")
    op.drop_table("users")
    op.drop_table("timetable_imports")
    op.drop_index(
        "ix_places_search_name", table_name="places", postgresql_ops={"search_name": "text_pattern_ops"}
    )
    op.drop_table("places")
    op.drop_index("ix_outbox_waiting", table_name="outbox", postgresql_where=sa.text("done_at IS NULL"))
    op.drop_index("ix_outbox_done_at", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("operators")
    op.drop_index("ix_idempotency_keys_started_at", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("api_keys")
    op.drop_index("ix_activity_log_subject", table_name="activity_log")
    op.drop_index("ix_activity_log_at", table_name="activity_log")
    op.drop_table("activity_log")
    op.execute("DROP FUNCTION app_now()")
