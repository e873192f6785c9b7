"""A bus with nothing in it, and detect as the program that runs in production."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from haetae.bus.connection import connect
from tests.integration.detect.rig import Rig


@pytest.fixture
def rig(redis_url: str, triton_address: str, models_folder: Path, tmp_path: Path) -> Iterator[Rig]:
    """Real Redis, real Triton; every worker that a test started is killed at its end."""
    client = connect(redis_url)
    client.flushdb()
    rig = Rig(client, redis_url, triton_address, models_folder, tmp_path)
    yield rig
    rig.kill_all()
    client.close()
