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
from haetae.embedded.running import Running, running_stack
from haetae.embedded.stack import Stack, StackOptions
from haetae.embedded.state import PartState
from haetae.errors import Transient
from haetae.models.defaults import NetworkNames

LOOPBACK_NETWORK = "127.0.0.0/8"
NETWORKS = NetworkNames(detector="rtmdet-nano", embedder="reid-0288", attributes="attributes-0230")


class WholeStack:
    """A stack that runs: its parts by name, its API, and a way to keep a part dead for a while."""

    def __init__(self, home: Home, stack: Stack, running: Running) -> None:
        self.home = home
        self.stack = stack
        self._running = running

    def part(self, name: str) -> PartState:
        """The part as it is now. Raises KeyError."""
        return {part.name: part for part in self._running.state().parts}[name]

    @property
    def part_names(self) -> list[str]:
        return [part.name for part in self._running.state().parts]

    def wait_until_ready(self, within_s: float = 180.0) -> None:
        """Returns when every part is ready. Fails with what is missing; raises Misconfigured where a part cannot start."""
        try:
            self._running.wait_for("all parts ready", lambda: self._running.state().all_ready, within_s, every_s=0.1)
        except Transient as late:
            missing = {part.name: part.why or part.phase.value for part in self._running.state().parts if part.phase != "ready"}
            raise AssertionError(f"{late}: {missing}") from late

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
def whole_stack(folder: Path, mirror: Path, *, extra: Sequence[Part] = (), within_s: float = 180.0) -> Iterator[WholeStack]:
    """A new stack in `folder`, ready; cameras on loopback are allowed. Every process is ended with the block."""
    home = Home(folder)
    with home.held():
        stack = Stack(home, StackOptions(networks=NETWORKS, mirror=mirror, allowed_networks=[LOOPBACK_NETWORK], extra=extra))
        stack.prepare(lambda _: None)
        with running_stack(stack, home, threading.Event()) as running:
            whole = WholeStack(home, stack, running)
            whole.wait_until_ready(within_s)
            yield whole
