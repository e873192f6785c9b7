"""Bringing the database's schema up to date: whoever starts the services does it first; any number may at once."""

from __future__ import annotations

from dataclasses import dataclass

from alembic import command
from sqlalchemy import text

from haetae.store.engine import open_unlimited
from haetae.store.failures import translated
from haetae.store.revisions import alembic_config, current_revision, is_behind, known_revisions

_LOCK = 0x48_41_45_54_41_45_01  # one key for all who migrate this database


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision that a database has (None: no schema at all), and the one that this program needs."""

    has: str | None
    needs: str

    @property
    def serves(self) -> bool:
        """Whether this program can work with it: it is the needed one, or a newer one."""
        return not is_behind(self.has)


def schema_of(url: str) -> Schema:
    """How the database at `url` stands. Raises Transient."""
    engine = open_unlimited(url, application_name="haetae-migrate")
    try:
        with translated(), engine.connect() as connection:
            return Schema(current_revision(connection), known_revisions()[0])
    finally:
        engine.dispose()


def migrate(url: str) -> tuple[str | None, str | None]:
    """Applies the revisions that are missing, all in one transaction; waits for others who do the same. Raises Transient.

    Gives the revisions before and after, the same where nothing was missing.

    A schema that is newer than this code is left as it is: revisions only add, so that services are replaced one by one.
    """
    engine = open_unlimited(url, application_name="haetae-migrate")
    try:
        with translated(), engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            before = current_revision(connection)
            if is_behind(before):
                config = alembic_config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
            return before, current_revision(connection)
    finally:
        engine.dispose()
