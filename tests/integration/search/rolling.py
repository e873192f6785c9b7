"""Two search processes behind a balancer, replaced one after the other while queries come at a fixed rate."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from haetae.embedded.ports import any_free
from tests.integration.search.live import BLACK, WINDOW
from tests.kit.balancer import Balancer, balancing
from tests.kit.fixed_rate import asking
from tests.kit.waiting import until

ROOT = Path(__file__).resolve().parents[3]
QUERY = {**WINDOW, "attributes": [BLACK], "limit": 5}


@dataclass(frozen=True, slots=True)
class Peers:
    """What the processes work with, and the key of who asks."""

    environment: Mapping[str, str]
    key: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many were asked, what failed in words, and with which codes the processes ended."""

    n_asked: int
    failures: list[str]
    exits: list[int]


def roll(peers: Peers, *, times: int, n_requests: int, per_s: float) -> Outcome:
    """Ends the one, then the other, `times` in all and evenly over at least `n_requests`, each only when both are ready again."""
    with ExitStack() as ending:
        ports = [any_free(), any_free()]
        processes = {port: ending.enter_context(_search(peers, port)) for port in ports}
        balancer = ending.enter_context(balancing(ports))
        _until_all_ready(balancer, ports)
        # idle connections are given up before a process that leaves closes them: what is sent at that moment would be lost
        limits = httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=1.0)
        headers = {"Authorization": f"Bearer {peers.key}"}
        address = f"http://127.0.0.1:{balancer.port}"
        client = ending.enter_context(
            httpx.Client(base_url=address, headers=headers, timeout=30.0, limits=limits, trust_env=False)
        )
        exits = []

        def ask() -> str | None:
            answer = client.post("/v1/queries", json=QUERY)
            return None if answer.status_code == 201 else f"{answer.status_code} {answer.text[:200]}"

        with asking(ask, per_s=per_s) as told:
            for turn in range(times):
                port = ports[turn % 2]
                processes[port].send_signal(signal.SIGTERM)
                exits.append(processes[port].wait(60))
                processes[port] = ending.enter_context(_search(peers, port))
                _until_all_ready(balancer, ports)
                share = n_requests * (turn + 1) // times
                until(lambda share=share: told.n >= share, f"{share} are asked", within_s=60 + n_requests / per_s)  # type: ignore[misc]
        return Outcome(told.n, told.failures, exits)


def _until_all_ready(balancer: Balancer, ports: list[int]) -> None:
    until(lambda: set(balancer.ready) == set(ports), "both are ready", within_s=120)


@contextmanager
def _search(peers: Peers, port: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, **peers.environment, "HAETAE_SEARCH__PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "services.search"], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
