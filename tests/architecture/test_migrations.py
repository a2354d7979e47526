"""Migrations are one line, reach the models exactly, and go back."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from core.kernel.settings import PROJECT_ROOT
from tests.support.database import FreshDatabase

CONFIG = Config(PROJECT_ROOT / "alembic.ini")


def test_there_is_one_head_and_one_line() -> None:
    scripts = ScriptDirectory.from_config(CONFIG)
    revisions = list(scripts.walk_revisions())
    assert len(scripts.get_heads()) == 1
    assert all(not isinstance(revision.down_revision, tuple) for revision in revisions)


def test_models_and_migrations_agree_and_every_step_can_be_undone(fresh_database: FreshDatabase) -> None:
    engine = create_engine(fresh_database.url)
    _run(engine, command.check)
    _run(engine, lambda config: command.downgrade(config, "base"))
    with engine.connect() as connection:
        left = (
            connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            .scalars()
            .all()
        )
    assert left == ["alembic_version"]
    _run(engine, lambda config: command.upgrade(config, "head"))
    engine.dispose()


def _run(engine: Engine, work: object) -> None:
    with engine.connect() as connection:
        config = Config(PROJECT_ROOT / "alembic.ini")
        config.attributes["connection"] = connection
        work(config)  # type: ignore[operator]  # Alembic's commands have many forms
        connection.commit()
