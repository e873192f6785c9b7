"""A schema of its own for each test module, in the session's PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from haetae.store.engine import open_store, open_unlimited
from haetae.store.migration import migrate
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from tests.kit.schemas import own_schema


@pytest.fixture(scope="module")
def empty_url(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of an empty schema."""
    with own_schema(postgres_url, request.module.__name__.rpartition(".")[2]) as url:
        yield url


@pytest.fixture(scope="module")
def url(empty_url: str) -> str:
    """URL of a schema with all tables."""
    migrate(empty_url)
    return empty_url


@pytest.fixture(scope="module")
def opened(url: str) -> Iterator[Store]:
    """The module's store with its pool."""
    store = open_store(url, cipher=Cipher([Cipher.new_key()]), pool_size=8, application_name="store-tests")
    yield store
    store.close()


@pytest.fixture
def store(opened: Store, url: str) -> Iterator[Store]:
    """The module's store, emptied after the test (the audit and partitions stay)."""
    yield opened
    engine = open_unlimited(url, application_name="tests")
    with engine.begin() as connection:
        connection.execute(
            text(
                "TRUNCATE cameras, camera_reports, recordings, sighting_days, sightings, sighting_embeddings, "
                "removed_embeddings, embedding_models, embedding_followers, queries, query_probes, watch_list_entries, "
                "watch_list_embeddings, alerts, webhooks, outbox, api_keys, travel_times, search_tunings"
            )
        )
    engine.dispose()
