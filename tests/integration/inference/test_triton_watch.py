"""A Triton whose helper is gone ends, so that whoever runs it starts it anew."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from haetae.embedded.child import Child
from haetae.embedded.triton import find_environment
from haetae.errors import Misconfigured
from haetae.models.repository import lay_out
from haetae.models.triton_watch import address_in, helpers_of
from tests.kit import servers
from tests.kit.waiting import until

pytestmark = pytest.mark.integration
_NETWORKS = ("haetae-reid", "haetae-attributes")  # built in


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Child]:
    """A real tritonserver with two networks, each in a helper process."""
    try:
        find_environment()
    except Misconfigured as why:
        pytest.skip(f"no tritonserver: {why.message}")
    lay_out(tmp_path / "models", tmp_path / "repository", _NETWORKS, instances=dict.fromkeys(_NETWORKS, 1))
    with servers.triton(tmp_path / "triton", tmp_path / "repository") as (_, child):
        until(lambda: f"{len(_NETWORKS)} of the server's helpers are watched" in child.log.read_text(), "they are watched")
        yield child


def test_a_helper_that_dies_ends_the_server(server: Child) -> None:
    """As where the kernel ends it for its memory: the server ends too, says why, and leaves no process behind."""
    all_of_it = psutil.Process(server.pid).children(recursive=True)
    (dies, *_) = helpers_of(server.pid)
    psutil.Process(dies).kill()
    until(lambda: server.exit_code is not None, "the server ends", within_s=60)
    assert f"helpers ended ([{dies}])" in server.log.read_text()
    assert psutil.wait_procs(all_of_it, timeout=30)[1] == []


def test_an_end_that_was_asked_for_is_no_trouble(server: Child) -> None:
    """Helpers that end with their server are as it should be: it ends with 0, and who watches it as well."""
    all_of_it = psutil.Process(server.pid).children(recursive=True)
    psutil.Process(server.pid).send_signal(signal.SIGTERM)
    until(lambda: server.exit_code is not None, "the server ends", within_s=60)
    assert server.exit_code == 0
    assert psutil.wait_procs(all_of_it, timeout=30)[1] == []


@pytest.mark.parametrize(
    ("options", "address"),
    [
        (["--model-repository=/models"], ("127.0.0.1", 8001)),
        (["--grpc-address=0.0.0.0", "--grpc-port=9001"], ("127.0.0.1", 9001)),
        (["--allow-http=false", "--grpc-address=127.0.0.2", "--strict-readiness"], ("127.0.0.2", 8001)),
    ],
)
def test_where_the_server_listens(options: list[str], address: tuple[str, int]) -> None:
    """The server's own options say it."""
    assert address_in(options) == address
