"""What a program that is newer than the database meets there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from haetae.errors import Transient
from haetae.store.engine import open_store
from haetae.store.migration import migrate, schema_of
from haetae.store.revisions import known_revisions
from haetae.store.secrets import Cipher
from tests.kit.schemas import own_schema

pytestmark = pytest.mark.integration


@pytest.fixture
def bare_url(postgres_url: str) -> Iterator[str]:
    """URL of a schema without anything, for each test anew."""
    with own_schema(postgres_url, "not_migrated") as url:
        yield url


@pytest.mark.parametrize("statement", ["SELECT * FROM cameras", "SELECT 'x'::nosuch", "SELECT nosuch(1)"])
def test_what_is_missing_is_waited_for(bare_url: str, statement: str) -> None:
    """A table, type or function that a migration brings: Transient with what to do, so that loops go on and messages stay."""
    store = open_store(bare_url, cipher=Cipher([]))
    with pytest.raises(Transient, match="haetae database migrate"), store.begin() as transaction:
        transaction.session.execute(text(statement))
    store.close()


def test_a_column_that_is_missing_is_waited_for(bare_url: str) -> None:
    """An older table lacks a column of the newer program, also where a newer schema was there before: a dump was restored."""
    migrate(bare_url)
    store = open_store(bare_url, cipher=Cipher([]))
    assert store.ready() is None
    with store.begin() as transaction:
        transaction.session.execute(text("UPDATE alembic_version SET version_num = :older"), {"older": known_revisions()[1]})
    for _ in range(2):
        with pytest.raises(Transient, match="older schema"), store.begin() as transaction:
            transaction.session.execute(text("SELECT nosuch FROM cameras"))
    store.close()


@pytest.mark.parametrize("statement", ["SELECT * FROM nosuch", "SELECT nosuch FROM cameras", "SELECT nosuch(1)"])
def test_a_mistake_is_not_waited_for(bare_url: str, statement: str) -> None:
    """With the schema that the program needs, what a statement does not find will not come: its error stays what it is.

    The first time nobody knows yet whether a migration has just ended.
    """
    migrate(bare_url)
    store = open_store(bare_url, cipher=Cipher([]))
    with pytest.raises(Transient), store.begin() as transaction:
        transaction.session.execute(text(statement))
    with pytest.raises(ProgrammingError, match="nosuch"), store.begin() as transaction:
        transaction.session.execute(text(statement))
    store.close()


def test_days_are_made_once_the_schema_is_there(bare_url: str) -> None:
    """Making partitions ahead waits for the migration like everything else."""
    store = open_store(bare_url, cipher=Cipher([]))
    with pytest.raises(Transient, match="haetae database migrate"):
        store.ensure_days(date(2026, 5, 4))
    migrate(bare_url)
    store.ensure_days(date(2026, 5, 4))
    store.close()


def test_how_a_database_stands(bare_url: str) -> None:
    """None before, the newest after, and what was done is told: from, to; the second time there is nothing to do."""
    newest = known_revisions()[0]
    assert (schema_of(bare_url).has, schema_of(bare_url).serves) == (None, False)
    assert migrate(bare_url) == (None, newest)
    assert migrate(bare_url) == (newest, newest)
    assert (schema_of(bare_url).has, schema_of(bare_url).serves) == (newest, True)
