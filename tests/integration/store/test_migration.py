"""The schema: made once however many start at once, and the same as the tables say."""

from __future__ import annotations

import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from haetae.errors import Misconfigured, Transient
from haetae.store.engine import open_store, open_unlimited
from haetae.store.migration import migrate
from haetae.store.revisions import known_revisions
from haetae.store.secrets import Cipher
from haetae.store.tables import metadata

pytestmark = pytest.mark.integration


def test_five_services_start_at_once(empty_url: str) -> None:
    """Concurrent migrations end well, leave one schema, and the store is not ready before."""
    store = open_store(empty_url, cipher=Cipher([]))
    why = store.ready()
    assert why is not None
    assert known_revisions()[0] in why
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(migrate, [empty_url] * 5))
    assert store.ready() is None
    store.close()


def test_a_newer_schema_is_left_alone(url: str) -> None:
    """While services are replaced one by one, the older ones find a schema that they do not know: it serves them as well."""
    engine = open_unlimited(url, application_name="tests")
    store = open_store(url, cipher=Cipher([]))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    migrate(url)
    assert store.ready() is None
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
        connection.execute(text("UPDATE alembic_version SET version_num = :known"), {"known": known_revisions()[0]})
    store.close()
    engine.dispose()


def test_tables_and_migrations_agree(url: str) -> None:
    """Autogeneration finds nothing to do: the typed tables are what the revisions make."""
    engine = open_unlimited(url, application_name="tests")
    with engine.connect() as connection:
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        assert schema != "public"
        context = MigrationContext.configure(connection, opts={"compare_type": _same_type, "include_name": _no_partition})
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Did not recognize type 'halfvec'")
            differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def _no_partition(name: str | None, kind: str, parents: object) -> bool:
    return kind != "table" or re.search(r"_\d{8}$", name or "") is None


def _same_type(context: object, column: object, metadata_column: object, found: object, wanted: object) -> bool | None:
    """Alembic's own comparison, but for the types that are ours."""
    return False if type(wanted).__module__ == "haetae.store.vectors" else None


def test_vectors_are_never_toasted(url: str) -> None:
    """The vector column is stored in the row, in partitions too."""
    store = open_store(url, cipher=Cipher([]))
    store.ensure_days(date(2026, 5, 4))
    with store.begin() as transaction:
        storage = transaction.session.execute(
            text(
                "SELECT attrelid::regclass::text, attstorage FROM pg_attribute WHERE attname = 'vector' "
                "AND attrelid IN ('sighting_embeddings'::regclass, 'sighting_embeddings_20260504'::regclass)"
            )
        ).all()
    store.close()
    assert {tuple(row) for row in storage} == {("sighting_embeddings", "p"), ("sighting_embeddings_20260504", "p")}


def test_a_server_that_is_away_is_transient() -> None:
    """Nothing listens: migrating raises Transient and the store says why it is not ready, without the password."""
    address = "postgresql://haetae:hunter2secret@127.0.0.1:1/haetae"
    with pytest.raises(Transient) as raised:
        migrate(address)
    assert "hunter2secret" not in str(raised.value)
    why = open_store(address, cipher=Cipher([])).ready()
    assert why is not None
    assert "hunter2secret" not in why


def test_a_wrong_address_is_misconfigured() -> None:
    """An address that is none of PostgreSQL ends the start, without repeating it."""
    for address in ("mysql://haetae:hunter2secret@127.0.0.1/haetae", "hunter2secret"):
        with pytest.raises(Misconfigured) as raised:
            open_store(address, cipher=Cipher([]))
        assert "hunter2secret" not in str(raised.value)
