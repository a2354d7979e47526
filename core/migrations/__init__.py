"""Alembic migrations: one line of revisions, from the first table on."""
