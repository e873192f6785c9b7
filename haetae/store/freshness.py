"""Connections that rested are asked whether they still stand before somebody relies on them; busy ones are not."""

from __future__ import annotations

import time

import psycopg2
from sqlalchemy import Engine, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

RESTED_S = 1.0


def ping_what_rested(engine: Engine) -> None:
    """A connection of the engine's pool that was not used for RESTED_S is replaced where its server does not answer any more."""
    dialect = engine.dialect

    @event.listens_for(engine, "checkin")
    def _rest(connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["rests_since_s"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ping(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        if time.monotonic() - entry.info.get("rests_since_s", time.monotonic()) < RESTED_S:
            return
        try:
            dialect.do_ping(connection)
        except psycopg2.Error:
            raise exc.DisconnectionError from None  # the pool tries another one
