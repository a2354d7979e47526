"""Alembic's entry: runs the migrations on the connection it is handed, or on the settings' database."""

from alembic import context
from sqlalchemy import Connection, create_engine

from core.schema import metadata


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed: Connection | None = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    from core.kernel.settings import Settings

    engine = create_engine(str(Settings.load().database_url))
    with engine.connect() as own:
        run(own)
