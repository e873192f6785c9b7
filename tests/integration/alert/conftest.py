"""A rig on the shared servers, with nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from haetae.blobs.local_folder import LocalFolder
from haetae.bus.connection import connect
from haetae.inference.local import LocalInference
from haetae.store.engine import open_store, open_unlimited
from haetae.store.migration import migrate
from haetae.store.secrets import Cipher
from tests.integration.alert.receiver import Receiver
from tests.integration.alert.rig import Rig
from tests.kit.schemas import own_schema


@pytest.fixture(scope="session")
def _url(postgres_url: str) -> Iterator[str]:
    with own_schema(postgres_url, "alert_service") as url:
        migrate(url)
        yield url


@pytest.fixture(scope="session")
def _inference(models_folder: Path) -> LocalInference:
    return LocalInference(models_folder)


@pytest.fixture
def rig(redis_url: str, _url: str, _inference: LocalInference, tmp_path: Path) -> Iterator[Rig]:
    """Empty streams, no alerts, no watch list."""
    key = Cipher.new_key()
    admin = open_unlimited(_url, application_name="tests")
    with admin.begin() as connection:
        connection.execute(
            text(
                "TRUNCATE cameras, recordings, camera_reports, sightings, sighting_embeddings, sighting_days, "
                "watch_list_entries, watch_list_embeddings, alerts, webhooks, outbox, api_keys"
            )
        )
    admin.dispose()
    store = open_store(_url, cipher=Cipher([key]), application_name="alert-tests")
    made = Rig(connect(redis_url), redis_url, store, _url, key, LocalFolder(tmp_path / "blobs"), _inference)
    made.redis.flushdb()
    yield made
    store.close()
    made.redis.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook receiver that accepts everything that is signed well."""
    with Receiver().running() as running:
        yield running
