"""Who serves the networks, and how it is noticed that the numbers are wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from haetae.embedded.child import running
from haetae.embedded.inference_server import InferenceServer
from haetae.embedded.ports import any_free
from haetae.embedded.triton import find_environment
from haetae.errors import Misconfigured, Transient
from haetae.inference.triton import TritonInference
from haetae.models.repository import lay_out
from haetae.models.selftest import check

pytestmark = pytest.mark.integration
NETWORK = "reid-0288"


def self_test(address: str) -> None:
    inference = TritonInference(address)
    try:
        check(inference, [NETWORK])
    finally:
        inference.close()


@pytest.fixture
def repository(models_folder: Path, tmp_path: Path) -> Path:
    """A repository with one small network."""
    lay_out(models_folder, tmp_path / "repository", [NETWORK])
    return tmp_path / "repository"


def test_triton_passes_its_self_test(triton_address: str) -> None:
    """The real server gives the known numbers: its environment has a numpy that its backend can read."""
    self_test(triton_address)


def test_in_process_server_gives_the_same_numbers(
    triton_address: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where tritonserver does not run, the same code serves behind the same port, says so, and gives the same numbers."""
    monkeypatch.setenv("HAETAE_TRITON_ENVIRONMENT", str(tmp_path / "nowhere"))
    part = InferenceServer(tmp_path / "triton", repository, any_free(), self_test)
    assert part.remark is not None
    assert part.remark.startswith("served in process, not by Triton: there is no tritonserver")
    crops = np.random.default_rng(7).integers(0, 256, (5, 256, 128, 3), dtype=np.uint8)
    with running(part, tmp_path / "log"):
        here, there = TritonInference(part.address), TritonInference(triton_address)
        ours = here.infer(NETWORK, {"images": crops}, deadline_s=20)["embedding"]
        tritons = there.infer(NETWORK, {"images": crops}, deadline_s=20)["embedding"]
        assert here.version(NETWORK) == there.version(NETWORK)
        assert here.ready(NETWORK)
        assert not here.ready("nobody")
        with pytest.raises(Misconfigured):
            here.infer("reid-0286", {"images": crops}, deadline_s=5)
        here.close()
        there.close()
    np.testing.assert_allclose(ours, tritons, atol=1e-5)


def test_wrong_numbers_are_noticed_and_triton_is_left(repository: Path, tmp_path: Path) -> None:
    """A server that answers wrong numbers is not used: the part asks for another start, then serves in process."""
    wrong = [Misconfigured("all zeros")]

    def once_wrong(address: str) -> None:
        if wrong:
            raise wrong.pop()
        self_test(address)

    try:
        find_environment()
    except Misconfigured as why:
        pytest.skip(f"no tritonserver: {why.message}")
    part = InferenceServer(tmp_path / "triton", repository, any_free(), once_wrong)
    with pytest.raises(Transient, match="all zeros"), running(part, tmp_path / "log"):
        pass
    assert part.remark == "served in process, not by Triton: Triton failed its self-test: all zeros"
    with running(part, tmp_path / "log"):
        assert part.not_ready() is None


def test_damaged_network_is_refused(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong weights do not pass by being served in process: nothing is started on wrong numbers."""
    monkeypatch.setenv("HAETAE_TRITON_ENVIRONMENT", str(tmp_path / "nowhere"))
    file = repository / NETWORK / "1" / "network.json"
    parameters = json.loads(file.read_text())
    file.write_text(json.dumps({**parameters, "kind": "attributes"}))
    part = InferenceServer(tmp_path / "triton", repository, any_free(), self_test)
    with pytest.raises((Misconfigured, Transient)), running(part, tmp_path / "log"):
        pass
