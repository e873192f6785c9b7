"""Connections that rested are asked whether they still stand before somebody relies on them; busy ones are only looked at."""

from __future__ import annotations

import select
import time

import psycopg2
from sqlalchemy import Engine, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

RESTED_S = 1.0


def ping_what_rested(engine: Engine) -> None:
    """A connection of the engine's pool whose server does not answer any more is replaced.

    It is asked where it was not used for RESTED_S, or where something has come on it that nobody asked for: a server that ends a
    session says so and hangs up. Asking costs a trip each time, looking does not.
    """
    dialect = engine.dialect

    @event.listens_for(engine, "checkin")
    def _rest(connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["rests_since_s"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        rested_s = time.monotonic() - entry.info.get("rests_since_s", time.monotonic())
        try:
            if rested_s >= RESTED_S or _has_news(connection):
                dialect.do_ping(connection)
        except psycopg2.Error:
            raise exc.DisconnectionError from None  # the pool tries another one


def _has_news(connection: DBAPIConnection) -> bool:
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)  # psycopg2's
    return bool(looking.poll(0))
