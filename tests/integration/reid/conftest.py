"""A rig on the shared servers, with nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from haetae.inference.local import LocalInference
from haetae.store.migration import migrate
from tests.integration.reid.rig import Rig, open_rig
from tests.kit.schemas import own_schema


@pytest.fixture(scope="session")
def local_inference(models_folder: Path) -> LocalInference:
    """The networks in this process."""
    return LocalInference(models_folder)


@pytest.fixture(scope="session")
def postgres_url(postgres_url: str) -> Iterator[str]:
    """URL of a schema with all tables that only these tests use."""
    with own_schema(postgres_url, "reid_service") as url:
        migrate(url)
        yield url


@pytest.fixture
def rig(redis_url: str, postgres_url: str, local_inference: LocalInference, tmp_path: Path) -> Iterator[Rig]:
    """Empty streams, empty gallery, empty blobs."""
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE sightings, sighting_embeddings, sighting_days"))
    engine.dispose()
    made = open_rig(redis_url, postgres_url, tmp_path / "blobs", local_inference)
    made.redis.flushdb()
    yield made
    made.store.close()
    made.redis.close()
