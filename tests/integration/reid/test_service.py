"""The service as a process, with the real Triton."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest

from haetae.embedded.ports import any_free
from haetae.inference.triton import TritonInference
from tests.integration.reid.rig import Rig
from tests.kit.builders import tracklet
from tests.kit.waiting import until

pytestmark = pytest.mark.integration


def test_the_service_runs_serves_and_ends(
    rig: Rig, redis_url: str, postgres_url: str, triton_address: str, models_folder: Path, tmp_path: Path
) -> None:
    """`python -m services.reid` gets ready, makes rows through Triton, shows metrics, and ends on SIGTERM with 0.

    It gives the lease of retention back then, so that another worker need not wait for its time.
    """
    lease = "haetae.lease.reid.retention.of.gallery"
    port = any_free()
    told = {
        "HAETAE_POSTGRES__URL": postgres_url,
        "HAETAE_REDIS__URL": redis_url,
        "HAETAE_TRITON__ADDRESS": triton_address,
        "HAETAE_BLOBS__FOLDER": str(tmp_path / "blobs"),
        "HAETAE_MODELS__FOLDER": str(models_folder),
        "HAETAE_REID__PORT": str(port),
    }
    service = subprocess.Popen([sys.executable, "-m", "services.reid"], env={**os.environ, **told})
    try:
        until(lambda: is_ready(port), "the service is ready", within_s=60)
        person = rig.with_crops(tracklet(40))
        rig.send(person)
        until(lambda: len(rig.told()) == 1, "the sighting is told")
        metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        assert 'haetae_reid_searchable_seconds_count{closed="yes"} 1.0' in metrics
        assert "haetae_reid_crops_read_total 2.0" in metrics
        until(lambda: rig.redis.exists(lease) == 1, "the worker has the lease of retention")
        service.send_signal(signal.SIGTERM)
        assert service.wait(timeout=20) == 0
        assert rig.redis.exists(lease) == 0
    finally:
        service.kill()
        service.wait()
    (row,) = rig.stored(person)
    assert row.embedding is not None


def test_triton_and_this_process_give_one_gallery(rig: Rig, triton_address: str) -> None:
    """What reid reads through Triton and in process is the same embedding of the same model version."""
    person = rig.with_crops(tracklet(41))
    (here,) = rig.pipeline().process([person])
    rig.inference = TritonInference(triton_address)
    (there,) = rig.pipeline().process([person])
    assert here.embedding is not None
    assert there.embedding is not None
    assert here.embedding.model == there.embedding.model
    np.testing.assert_allclose(here.embedding.vector, there.embedding.vector, atol=1e-4)


def is_ready(port: int) -> bool:
    """Whether /readyz says so."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2.0, trust_env=False).is_success
    except httpx.HTTPError:
        return False
