"""What libpq is told, how long deliveries wait, and what partitions are called: no connection is made."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from haetae.store.engine import connect_arguments, parse
from haetae.store.outbox import WAITS_S, wait_after
from haetae.store.partitions import partition_of


@pytest.mark.parametrize("address", ["postgresql://u:p@h/d", "postgresql+psycopg2://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_every_spelling_of_postgresql_is_understood(address: str) -> None:
    """Whatever driver an address names, psycopg2 is used."""
    assert parse(address).drivername == "postgresql+psycopg2"


def test_every_connection_has_its_deadlines() -> None:
    """Connecting, silence, statements, locks and idle transactions are bounded; locks before statements; URL options stay."""
    given = connect_arguments(parse("postgresql://u@h/d?options=-csearch_path%3Dmine"), 30.0, "reid")
    options = str(given["options"])
    assert options.startswith("-csearch_path=mine ")
    for part in ("statement_timeout=30000", "lock_timeout=10000", "idle_in_transaction_session_timeout=120000", "timezone=UTC"):
        assert part in options
    assert (given["application_name"], given["connect_timeout"], given["tcp_user_timeout"]) == ("reid", 5, 15_000)
    assert "lock_timeout=500" in str(connect_arguments(parse("postgresql://u@h/d"), 1.0, "x")["options"])


def test_waits_grow_and_last_about_three_days() -> None:
    """Every wait is longer than the last and at most a fifth longer than stated; together about three days."""
    waits = [wait_after(n, Random(n)) for n in range(1, len(WAITS_S) + 1)]
    assert waits == sorted(waits)
    assert all(base <= wait <= 1.2 * base for base, wait in zip(WAITS_S, waits, strict=True))
    assert 2.9 < sum(WAITS_S) / 86_400 < 3.1
    assert wait_after(99, Random(0)) >= WAITS_S[-1]


def test_partitions_are_named_by_their_day() -> None:
    """The name sorts and parses by day."""
    assert partition_of("sightings", date(2026, 5, 4)) == "sightings_20260504"
