"""Bringing the database's schema up to date: whoever starts the services does it first; any number may at once."""

from __future__ import annotations

from alembic import command
from sqlalchemy import text

from haetae.store.engine import open_unlimited
from haetae.store.failures import translated
from haetae.store.revisions import alembic_config, current_revision, is_behind

_LOCK = 0x48_41_45_54_41_45_01  # one key for all who migrate this database


def migrate(url: str) -> None:
    """Applies the revisions that are missing, all in one transaction; waits for others who do the same. Raises Transient.

    A schema that is newer than this code is left as it is: revisions only add, so that services are replaced one by one.
    """
    engine = open_unlimited(url, application_name="haetae-migrate")
    try:
        with translated(), engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            if is_behind(current_revision(connection)):
                config = alembic_config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
    finally:
        engine.dispose()
