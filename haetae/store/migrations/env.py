"""Alembic's entry: runs on the connection that `migrate` hands over, within its transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from haetae.store.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
context.run_migrations()
