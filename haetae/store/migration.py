"""Bringing the database's schema up to date: every service does it at its start, and one of them at a time."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from haetae.store.engine import open_unlimited
from haetae.store.failures import translated

_LOCK = 0x48_41_45_54_41_45_01  # one key for all who migrate this database


def migrate(url: str) -> None:
    """Applies the revisions that are missing, all in one transaction; waits for others who do the same. Raises Transient."""
    engine = open_unlimited(url, application_name="haetae-migrate")
    try:
        with translated(), engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            if current_revision(connection) != newest_revision():
                command.upgrade(_config(connection), "head")
    finally:
        engine.dispose()


def newest_revision() -> str:
    """The revision that this code needs."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert head is not None
    return head


def current_revision(connection: Connection) -> str | None:
    """The revision that the database has; None where it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("haetae.store") / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
