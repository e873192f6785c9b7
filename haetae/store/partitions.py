"""One partition a day of sightings and of their embeddings: made ahead and on demand, dropped whole when the day is over.

A new partition is attached (SHARE UPDATE EXCLUSIVE), not created in place (ACCESS EXCLUSIVE), so that reading and inserting
go on meanwhile. It is made in a transaction of its own, on a connection beside the pool: whoever needs it may hold row locks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import Connection, Engine, text

from haetae.store.failures import translated

PARTITIONED = ("sightings", "sighting_embeddings")
_LOCK = 0x48_41_45_54_41_45_02


def partition_of(table: str, day: date) -> str:
    """The name of the table's partition, such as "sightings_20260504"."""
    return f"{table}_{day:%Y%m%d}"


def ensure_days(definitions: Engine, days: Iterable[date]) -> None:
    """Makes the partitions of these days where they are missing. Safe to call from many processes at once. Raises Transient."""
    with translated(), definitions.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        for day in days:
            for table in PARTITIONED:
                _ensure(connection, table, day)


def existing_days(connection: Connection) -> list[date]:
    """The days that have a partition of sightings, oldest first."""
    found = connection.execute(
        text(
            "SELECT to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = to_regclass('sightings') ORDER BY 1"
        )
    )
    return list(found.scalars())


def drop_day(connection: Connection, day: date) -> int:
    """Drops the day's partitions and forgets its sightings; how many there were. Within the caller's transaction.

    The ids go first: that waits for whoever is storing one of them, before the tables are locked.
    """
    forgotten = connection.execute(text("DELETE FROM sighting_days WHERE started_on = :day"), {"day": day})
    for table in PARTITIONED:
        connection.execute(text(f"DROP TABLE IF EXISTS {partition_of(table, day)}"))
    connection.execute(text("DELETE FROM removed_embeddings WHERE started_on <= :day"), {"day": day})
    return forgotten.rowcount


def _ensure(connection: Connection, table: str, day: date) -> None:
    name = partition_of(table, day)
    if connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar() is not None:
        return
    connection.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)"))
    # dates are our own, never a caller's text: a bound parameter is not allowed in a definition
    bounds = f"FROM ('{day.isoformat()}') TO ('{(day + timedelta(days=1)).isoformat()}')"
    connection.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES {bounds}"))
