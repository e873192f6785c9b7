"""A rolling restart: processes are replaced while queries come, and nobody notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.search.conftest import Api
from tests.integration.search.rolling import Peers, roll

pytestmark = pytest.mark.integration


@pytest.fixture
def peers(api: Api, redis_url: str, triton_address: str, models_folder: Path, tmp_path: Path) -> Peers:
    """The database of the running API, a real Redis, a real Triton."""
    (tmp_path / "blobs").mkdir()
    environment = {
        "HAETAE_POSTGRES__URL": api.desk.store._engine.url.render_as_string(hide_password=False),
        "HAETAE_REDIS__URL": redis_url,
        "HAETAE_TRITON__ADDRESS": triton_address,
        "HAETAE_MODELS__FOLDER": str(models_folder),
        "HAETAE_BLOBS__FOLDER": str(tmp_path / "blobs"),
        "HAETAE_SEARCH__QUERIES_PER_MINUTE": "1000000",
        "HAETAE_SEARCH__QUERIES_AT_ONCE": "1000000",
        "HAETAE_HTTP__DRAIN_S": "2",
    }
    return Peers(environment, api.keys["operator"])


@pytest.mark.timeout(900)  # eight starts of a process, on whatever machine
def test_nobody_notices_that_processes_are_replaced(peers: Peers) -> None:
    """Over six SIGTERMs to two processes, one at a time, every query is answered; every process ends by itself with 0."""
    outcome = roll(peers, times=6, per_s=10)
    assert outcome.failures == []
    assert outcome.exits == [0] * 6
    assert outcome.n_asked > 200
