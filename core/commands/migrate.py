"""`bookinghall migrate`: bring the database to the newest schema."""

from __future__ import annotations

import click
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from core.kernel.office import Office
from core.kernel.settings import PROJECT_ROOT

_ONE_AT_A_TIME = 0x626F6F6B  # any number, as long as every migration takes the same advisory lock


@click.command()
@click.pass_obj
def migrate(office: Office) -> None:
    """Bring the database to the newest schema."""
    with office.servers() as settings:
        migrate_database(settings.database_url)
    click.echo("The database is up to date.")


def migrate_database(database_url: str) -> None:
    """Run every migration that is missing; two at the same time wait for each other."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as guard, engine.connect() as connection:
            guard.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
            config = Config(PROJECT_ROOT / "alembic.ini")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
