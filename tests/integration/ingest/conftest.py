"""A rig on the shared servers, with no cameras in it, and clips to serve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from haetae.simulator.serving.clip import Clip, load_clip
from haetae.store.migration import migrate
from tests.integration.ingest.rig import Rig, open_rig
from tests.kit.cameras import write_clip
from tests.kit.schemas import own_schema


@pytest.fixture(scope="session")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A small clip in which something always moves."""
    return load_clip(write_clip(tmp_path_factory.mktemp("clips") / "moving.mp4"))


@pytest.fixture(scope="session")
def postgres_url(postgres_url: str) -> Iterator[str]:
    """URL of a schema with all tables that only these tests use."""
    with own_schema(postgres_url, "ingest_service") as url:
        migrate(url)
        yield url


@pytest.fixture
def rig(redis_url: str, postgres_url: str, tmp_path: Path) -> Iterator[Rig]:
    """Empty streams, no cameras; every worker that a test starts is ended after it."""
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE cameras, camera_reports, recordings CASCADE"))
    engine.dispose()
    made = open_rig(redis_url, postgres_url, tmp_path)
    made.redis.flushdb()
    yield made
    made.close()
