"""The supervisor over real child processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import redis

from haetae.embedded import state as state_file
from haetae.embedded.child import end_leftovers
from haetae.embedded.home import Home
from haetae.embedded.ports import any_free
from haetae.embedded.redis import Redis
from haetae.embedded.service import Listener
from haetae.embedded.state import PartState, Phase, StackState
from haetae.embedded.supervisor import Supervisor
from haetae.embedded.watch import Watch
from haetae.errors import Misconfigured

pytestmark = pytest.mark.integration


def listener(name: str, words: list[str] | None = None) -> Listener:
    """A small real server."""
    port = any_free()
    return Listener(name, words or ["http.server", str(port), "--bind", "127.0.0.1"], {}, port)


@contextmanager
def supervised(home: Home, *watches: Watch) -> Iterator[Callable[[str], PartState]]:
    """A running supervisor; the block gets the function that tells a part's state."""
    supervisor = Supervisor(watches, home.state_file)
    stop = threading.Event()
    thread = threading.Thread(target=supervisor.run, args=[stop])
    thread.start()
    try:
        yield lambda name: next(part for part in told(home).parts if part.name == name)
    finally:
        stop.set()
        thread.join(timeout=60)
    assert not thread.is_alive()


def told(home: Home) -> StackState:
    found = state_file.read(home.state_file)
    assert found is not None
    return found


def until(what: Callable[[], bool], within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    with made.held():
        return made


def test_parts_start_after_what_they_need(home: Home) -> None:
    """A service is started when its database has been ready, not before."""
    data = Watch(Redis(home.redis, any_free(), password="p"), home.logs / "redis.log")
    service = Watch(listener("service"), home.logs / "service.log", needs=frozenset({"redis"}))
    with supervised(home, service, data) as part:
        until(lambda: home.state_file.exists() and part("service").phase is Phase.READY)
        assert part("redis").since <= part("service").since
        pids = [part("redis").pid, part("service").pid]
    assert not [pid for pid in pids if pid is not None and psutil.pid_exists(pid)]
    assert {part.phase for part in told(home).parts} == {Phase.STOPPED}


def test_killed_part_comes_back_with_its_data(home: Home) -> None:
    """`kill -9` of Redis: started again by itself, on the same port, with what it had replied to."""
    server = Redis(home.redis, any_free(), password="p")
    with supervised(home, Watch(server, home.logs / "redis.log")) as part:
        until(lambda: home.state_file.exists() and part("redis").phase is Phase.READY)
        client = redis.Redis.from_url(server.url)
        client.set("k", "v")
        os.kill(part("redis").pid or 0, signal.SIGKILL)
        until(lambda: part("redis").phase is Phase.READY and part("redis").restarts == 1)
        assert client.get("k") == b"v"
        client.close()


def test_part_that_cannot_start_says_why(home: Home) -> None:
    """A first start that fails again and again ends the stack with the last words of the part, and leaves nothing running."""
    broken = Watch(listener("broken", ["no_such_module"]), home.logs / "broken.log")
    good = Watch(listener("good"), home.logs / "good.log")
    with pytest.raises(Misconfigured, match="No module named no_such_module"):
        Supervisor([good, broken], home.state_file).run(threading.Event())
    assert not any(part.is_running for part in told(home).parts)


def test_second_supervisor_is_refused(home: Home) -> None:
    """Two stacks on one folder would write the same data."""
    with home.held():
        assert home.is_held()
        with pytest.raises(Misconfigured, match="Another stack"), home.held():
            pass
    assert not home.is_held()


def test_leftovers_of_a_killed_supervisor_are_ended(home: Home) -> None:
    """After `kill -9` of the supervisor the next start ends its orphans, which hold ports and folders, and nobody else."""
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    try:
        left = PartState("old", Phase.READY, 0.0, pid=orphan.pid, created_at=state_file.created_at(orphan.pid))
        reused = PartState("reused", Phase.READY, 0.0, pid=stranger.pid, created_at=1.0)
        state_file.write(home.state_file, StackState(pid=1, created_at=1.0, parts=(left, reused)))
        threading.Thread(target=orphan.wait).start()
        with supervised(home, Watch(listener("new"), home.logs / "new.log")) as part:
            until(lambda: told(home).pid == os.getpid() and part("new").phase is Phase.READY)
            assert not psutil.pid_exists(orphan.pid)
            assert stranger.poll() is None
    finally:
        for process in (orphan, stranger):
            process.kill()
            process.wait()


def test_end_leftovers_of_a_process_that_is_gone() -> None:
    """Nothing to end is no error."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert end_leftovers([(gone.pid, 1.0)]) == set()


def test_secrets_are_made_once_and_only_for_their_owner(home: Home) -> None:
    """The same secrets at every start, unreadable to others, and never shown by printing them."""
    first = home.secrets()
    assert Home(home.folder).secrets() == first
    assert (home.folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert first.postgres_password not in repr(first)
    home.keep_api_key("haetae_x")
    assert home.secrets().api_key == "haetae_x"
    (home.folder / "secrets.json").write_text("{")
    with pytest.raises(Misconfigured, match="damaged"):
        home.secrets()


def test_hung_part_is_started_again(home: Home) -> None:
    """A process that is there but answers nobody (stopped here) is killed and started again."""
    server = listener("frozen")
    hangs = Frozen(server)
    with supervised(home, Watch(hangs, home.logs / "frozen.log", hung_after_s=0.5)) as part:
        until(lambda: home.state_file.exists() and part("frozen").phase is Phase.READY)
        hangs.frozen = True
        until(lambda: part("frozen").restarts == 1)
        hangs.frozen = False
        until(lambda: part("frozen").phase is Phase.READY)


class Frozen:
    """A real server that can be said to answer nobody."""

    remark = None

    def __init__(self, server: Listener) -> None:
        self._server = server
        self.name, self.port = server.name, server.port
        self.prepare, self.command, self.provision = server.prepare, server.command, server.provision
        self.frozen = False

    def not_ready(self) -> str | None:
        return "frozen" if self.frozen else self._server.not_ready()

    def hangs(self) -> bool:
        return self.frozen
