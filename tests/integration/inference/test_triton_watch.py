"""A Triton that will never answer ends, so that whoever runs it starts it anew."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from haetae.embedded.child import Child
from haetae.embedded.ports import any_free
from haetae.embedded.triton import Triton, find_environment
from haetae.errors import Misconfigured
from haetae.models.repository import lay_out
from haetae.models.triton_watch import Stillness, address_in, helpers_of
from tests.kit import servers
from tests.kit.waiting import until

pytestmark = pytest.mark.integration
_IMPATIENT = """
import runpy, sys
runpy.run_path({script!r})["main"](sys.argv[1:], still_for_s=3.0)
"""
_NETWORKS = ("haetae-reid", "haetae-attributes")  # built in


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two networks, each for one helper process."""
    try:
        find_environment()
    except Misconfigured as why:
        pytest.skip(f"no tritonserver: {why.message}")
    lay_out(tmp_path / "models", tmp_path / "repository", _NETWORKS, instances=dict.fromkeys(_NETWORKS, 1))
    return tmp_path / "repository"


@pytest.fixture
def server(repository: Path, tmp_path: Path) -> Iterator[Child]:
    """A real tritonserver with them."""
    with servers.triton(tmp_path / "triton", repository) as (_, child):
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


def test_a_server_that_stands_still_while_it_loads_is_ended(repository: Path, tmp_path: Path) -> None:
    """A helper that is frozen before its network is loaded: the server would wait for it for ever, and listen never."""
    part = Triton(find_environment(), tmp_path / "triton", repository, any_free())
    part.prepare()
    command = part.command()
    (python, options, script, *words) = command.argv
    words = [python, options, "-c", _IMPATIENT.format(script=script), *words]
    with subprocess.Popen(words, env=command.env, stderr=subprocess.PIPE, text=True) as server:
        try:
            until(lambda: bool(helpers_of(server.pid)), "it has a helper")
            (frozen, *_) = helpers_of(server.pid)
            psutil.Process(frozen).suspend()
            all_of_it = psutil.Process(server.pid).children(recursive=True)
            _, said = server.communicate(timeout=120)
        finally:
            server.kill()
    assert "Nothing has moved for 3 s while networks are loaded" in said
    assert psutil.wait_procs(all_of_it, timeout=30)[1] == []


def test_who_works_is_not_still() -> None:
    """A process that computes, and one that only sleeps."""
    busy, idle = (subprocess.Popen([sys.executable, "-c", code]) for code in ("while True: pass", "import time; time.sleep(600)"))
    try:
        time.sleep(1.0)  # both have begun
        stillness = {each: Stillness(each.pid, 0.0) for each in (busy, idle)}
        time.sleep(1.0)
        assert stillness[busy].lasted_s(1.0) == 0.0
        assert stillness[idle].lasted_s(1.0) == 1.0
    finally:
        for each in (busy, idle):
            each.kill()
            each.wait()


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
