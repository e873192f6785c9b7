"""A rolling restart: processes are replaced while queries come, and nobody notices.

At full length, which takes some twelve minutes: ROLLING=20,20000 python -m pytest tests/integration/search/test_rolling.py
"""

from __future__ import annotations

import os
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


@pytest.mark.timeout(3600)  # each restart is a start of a process, on whatever machine
def test_nobody_notices_that_processes_are_replaced(peers: Peers) -> None:
    """Over the SIGTERMs to two processes, one at a time, every query is answered; every process ends by itself with 0."""
    times, n_requests = map(int, os.environ.get("ROLLING", "4,200").split(","))
    outcome = roll(peers, times=times, n_requests=n_requests, per_s=10 if n_requests < 1_000 else 30)
    print(f"{outcome.n_asked} queries over {times} SIGTERMs, {len(outcome.failures)} failed")  # noqa: T201 - with -s, for the record
    assert outcome.failures == []
    assert outcome.exits == [0] * times
    assert outcome.n_asked >= n_requests
