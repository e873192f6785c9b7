"""What clients see when Triton is slow, full, frozen or gone."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from haetae.embedded.child import Child, running
from haetae.embedded.ports import any_free
from haetae.embedded.triton import Triton, find_environment
from haetae.errors import Misconfigured, Transient
from haetae.inference.port import Overloaded
from haetae.inference.triton import TritonInference
from haetae.models.measure import known_input
from haetae.models.networks import RTMDET_NANO, network
from haetae.models.repository import lay_out
from haetae.models.selftest import check
from tests.kit import servers

pytestmark = pytest.mark.integration
MODEL = "reid-0288"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Iterator[tuple[Triton, Child]]:
    """A Triton of our own, to be stopped and frozen, with two networks."""
    try:
        find_environment()
    except Misconfigured as why:
        pytest.skip(f"no tritonserver: {why.message}")
    repository = tmp_path_factory.mktemp("repository")
    lay_out(models_folder, repository, [MODEL, "rtmdet-nano"], instances={"rtmdet-nano": 1})
    with servers.triton(tmp_path_factory.mktemp("triton"), repository) as server:
        yield server


@pytest.fixture(params=[False, True], ids=["messages", "shared-memory"])
def client(request: pytest.FixtureRequest, server: tuple[Triton, Child]) -> Iterator[TritonInference]:
    inference = TritonInference(server[0].address, shared_memory=request.param)
    yield inference
    inference.close()


def images(n: int = 1) -> np.ndarray:
    return np.repeat(known_input(network(MODEL)), n, axis=0)


def test_a_frozen_server_costs_the_deadline_and_no_more(server: tuple[Triton, Child], client: TritonInference) -> None:
    """A call ends within a tenth (and 0.3 s) of its deadline, ready() says no, and after the thaw all is well."""
    check(client, [MODEL], deadline_s=20)
    pid = server[1].pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(Transient):
            client.infer(MODEL, {"images": images()}, deadline_s=1.0)
        assert time.monotonic() - started < 1.4
        assert not client.ready(MODEL)
    finally:
        os.kill(pid, signal.SIGCONT)
    deadline = time.monotonic() + 20
    while not client.ready(MODEL) and time.monotonic() < deadline:
        time.sleep(0.05)
    check(client, [MODEL], deadline_s=20)


def test_too_many_requests_are_refused_as_overload(server: tuple[Triton, Child]) -> None:
    """A full queue, or too long in it, is Overloaded; those that are served are served right; afterwards all is well."""
    frame = known_input(RTMDET_NANO)
    endings: list[str] = []

    def ask() -> None:
        client = TritonInference(server[0].address)
        try:
            client.infer("rtmdet-nano", {"images": frame}, deadline_s=10)
            endings.append("served")
        except Overloaded:
            endings.append("overloaded")
        except Transient:
            endings.append("late")
        finally:
            client.close()

    threads = [threading.Thread(target=ask) for _ in range(110)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "served" in endings
    assert "overloaded" in endings
    assert len(endings) == 110
    client = TritonInference(server[0].address)
    check(client, ["rtmdet-nano"], deadline_s=20)
    client.close()


def test_a_model_that_is_not_served_is_misconfigured(client: TritonInference) -> None:
    """The catalogue has it, this server does not: trying again does not help."""
    shown = known_input(network("reid-0286"))
    with pytest.raises(Misconfigured):
        client.infer("reid-0286", {"images": shown}, deadline_s=5)
    assert not client.ready("reid-0286")


def test_nobody_there_is_transient_at_once() -> None:
    """A refused connection does not wait for the deadline."""
    client = TritonInference("127.0.0.1:9")
    started = time.monotonic()
    with pytest.raises(Transient):
        client.infer(MODEL, {"images": images()}, deadline_s=30)
    assert time.monotonic() - started < 15
    assert not client.ready(MODEL)
    client.close()


def test_shared_memory_is_used_again_and_given_back(server: tuple[Triton, Child]) -> None:
    """Many calls share a few regions, growing batches get larger ones, and closing leaves nothing in /dev/shm."""
    before = {path.name for path in Path("/dev/shm").glob("haetae-*")}
    client = TritonInference(server[0].address, shared_memory=True)
    for n in (1, 2, 40, 3, 1, 40):
        assert client.infer(MODEL, {"images": images(n)}, deadline_s=30)["embedding"].shape == (n, 256)
    ours = {path.name for path in Path("/dev/shm").glob("haetae-*")} - before
    assert 1 <= len(ours) <= 6
    client.close()
    assert {path.name for path in Path("/dev/shm").glob("haetae-*")} - before == set()


def test_threads_share_one_client(client: TritonInference) -> None:
    """Eight threads with one client get each their own answers."""
    shown = images(8)
    shown[:, :, :, 0] = np.arange(0, 240, 30, dtype=np.uint8)[:, None, None]
    expected = client.infer(MODEL, {"images": shown}, deadline_s=30)["embedding"]
    found: dict[int, np.ndarray] = {}

    def ask(i: int) -> None:
        for _ in range(5):
            found[i] = client.infer(MODEL, {"images": shown[i : i + 1]}, deadline_s=30)["embedding"][0]

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose(np.stack([found[i] for i in range(8)]), expected, atol=1e-5)


def test_comes_back_with_the_server(tmp_path: Path, models_folder: Path) -> None:
    """After a restart on the same port the same client works again, shared memory included."""
    repository = tmp_path / "repository"
    lay_out(models_folder, repository, [MODEL])
    part = Triton(find_environment(), tmp_path / "triton", repository, any_free())
    client = TritonInference(part.address, shared_memory=True)
    for start in range(2):
        with running(part, tmp_path / f"triton-{start}.log", within_s=120):
            until = time.monotonic() + 10
            while True:
                try:
                    check(client, [MODEL], deadline_s=5)
                    break
                except Transient:
                    assert time.monotonic() < until
                    time.sleep(0.1)
        with pytest.raises(Transient):
            client.infer(MODEL, {"images": images()}, deadline_s=2)
    client.close()
