"""The whole stack in a temporary home, supervised from a thread: for tests and measurements of everything together."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from haetae.embedded.home import Home
from haetae.embedded.part import Part
from haetae.embedded.stack import Stack, StackOptions
from haetae.embedded.state import PartState
from haetae.embedded.supervisor import Supervisor
from haetae.errors import Misconfigured
from tests.kit.waiting import until

LOOPBACK_NETWORK = "127.0.0.0/8"


class RunningStack:
    """A stack that runs: its parts by name, its API, and a way to keep a part dead for a while."""

    def __init__(self, home: Home, stack: Stack, supervisor: Supervisor) -> None:
        self.home = home
        self.stack = stack
        self._supervisor = supervisor

    def part(self, name: str) -> PartState:
        """The part as it is now. Raises KeyError."""
        return {part.name: part for part in self._supervisor.state().parts}[name]

    @property
    def part_names(self) -> list[str]:
        return [part.name for part in self._supervisor.state().parts]

    def wait_until_ready(self, within_s: float = 180.0) -> float:
        """Returns the seconds until every part was ready. Fails with what is missing."""
        began_s = time.monotonic()
        with suppress(AssertionError):
            until(
                lambda: self._supervisor.failure is not None or self._supervisor.state().all_ready,
                "",
                within_s=within_s,
                every_s=0.1,
            )
        missing = {part.name: part.why or part.phase.value for part in self._supervisor.state().parts if part.phase != "ready"}
        assert self._supervisor.failure is None, str(self._supervisor.failure)
        assert not missing, f"not ready within {within_s:.0f} s: {missing}"
        return time.monotonic() - began_s

    def keep_dead(self, name: str, seconds: float) -> None:
        """Kills the part's process group with SIGKILL, and again whenever the supervisor has started it, for so long."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            pid = self.part(name).pid
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            time.sleep(0.1)

    def api(self) -> httpx.Client:
        """A client of the front door with the administrator's key."""
        return httpx.Client(
            base_url=self.stack.address, headers={"Authorization": f"Bearer {self.stack.token}"}, timeout=30.0, trust_env=False
        )

    def add_cameras(self, urls: dict[str, str], **fields: object) -> None:
        """Registers RTSP cameras by id."""
        with self.api() as api:
            for id, url in urls.items():
                answer = api.post("/v1/cameras", json={"id": id, "kind": "rtsp", "url": url, **fields})
                assert answer.status_code == 201, answer.text

    def camera_states(self) -> dict[str, str]:
        """The newest state of each camera; "unknown" before the first report."""
        with self.api() as api:
            items = api.get("/v1/cameras").raise_for_status().json()["items"]
        return {item["id"]: (item["report"] or {"state": "unknown"})["state"] for item in items}


@contextmanager
def running_stack(folder: Path, mirror: Path, *, extra: Sequence[Part] = (), within_s: float = 180.0) -> Iterator[RunningStack]:
    """A new stack in `folder`, ready; cameras on loopback are allowed. Every process is ended with the block."""
    home = Home(folder)
    options = StackOptions(mirror=mirror, allowed_networks=[LOOPBACK_NETWORK], extra=extra)
    stop = threading.Event()
    with home.held():
        stack = Stack(home, options)
        stack.prepare(lambda _: None)
        supervisor = Supervisor(stack.watches(), home.state_file)
        thread = threading.Thread(target=_run, args=(supervisor, stop), name="supervisor")
        thread.start()
        try:
            running = RunningStack(home, stack, supervisor)
            running.wait_until_ready(within_s)
            yield running
        finally:
            stop.set()
            thread.join(timeout=120)


def _run(supervisor: Supervisor, stop: threading.Event) -> None:
    """The supervisor tells a failure by its `failure`, which the waiting thread shows."""
    with suppress(Misconfigured):
        supervisor.run(stop)
