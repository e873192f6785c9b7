"""Which schema this code needs, and which the database has."""

from __future__ import annotations

import logging
from functools import cache
from importlib.resources import files

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)  # else each question about readiness is two lines of log


@cache
def known_revisions() -> tuple[str, ...]:
    """The revisions of this code, newest first: it needs the first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions())


def current_revision(connection: Connection) -> str | None:
    """The revision that the database has; None where it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def is_behind(revision: str | None) -> bool:
    """Whether a database with this revision lacks something that this code needs."""
    return revision is None or revision in known_revisions()[1:]


def alembic_config() -> Config:
    """Alembic's configuration, without any address."""
    config = Config()
    config.set_main_option("script_location", str(files("haetae.store") / "migrations").replace("%", "%%"))
    return config
