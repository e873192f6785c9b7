"""Effects happen exactly once, whatever dies or breaks in between."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import redis

from haetae.bus.connection import connect
from haetae.bus.consumer import Commit, Consumer, Message
from haetae.bus.ledger import PUBLISHED, Ledger, LedgerEntry
from haetae.bus.publisher import Outgoing, Publisher
from haetae.errors import Transient
from tests.integration.bus import flow
from tests.integration.bus.faults import Died, breaking_client
from tests.integration.bus.flow import GROUP, IN, counted, doubled, impatient, nothing_left, out, running, send, until
from tests.integration.bus.redis_server import RedisServer
from tests.kit import builders as make

pytestmark = pytest.mark.integration
N = 120


@pytest.mark.parametrize("seed", range(12))
def test_broken_connections_and_sudden_deaths(server: RedisServer, client: redis.Redis, seed: int) -> None:
    """Two consumers lose commands and replies at random and die before, within and after their handler: at the end each
    message has had its effects once, in the stream and in the counts, and nothing is left behind."""
    rng = random.Random(seed)
    send(client, range(N))
    stop = threading.Event()

    def handle(messages: Sequence[Message]) -> Commit:
        fate = rng.random()
        if fate < 0.08:
            raise Died
        if fate < 0.16:
            raise Transient("A peer is away.")
        return doubled(messages)

    def live(name: str) -> None:
        while not stop.is_set():
            try:
                broken = breaking_client(server.url, rng, 0.04)
                # Deaths here are many and no message is to blame: none may be set aside.
                dials = {"batch": 5, "block_s": 0.02, "claim_idle_s": 0.2, "max_deliveries": 10_000}
                Consumer(broken, [IN], GROUP, name, **dials).run(handle, stop)  # type: ignore[arg-type]
            except Died:
                continue

    lives = [threading.Thread(target=live, args=(f"c-{i}",), daemon=True) for i in range(2)]
    for thread in lives:
        thread.start()
    try:
        until(lambda: len(out(client)) >= N and nothing_left(client))
    finally:
        stop.set()
        for thread in lives:
            thread.join(20)
    assert sorted(out(client)) == list(range(N))
    assert counted(client) == N


@pytest.mark.parametrize("seed", range(6))
def test_a_publish_that_is_repeated_lands_once(server: RedisServer, client: redis.Redis, seed: int) -> None:
    """A producer that hands in what failed again, first, publishes and counts every frame once, though replies were lost."""
    publisher = Publisher(breaking_client(server.url, random.Random(seed), 0.15))
    for n in range(N):
        while True:
            try:
                entries = [LedgerEntry(flow.CAMERA, make.T0, PUBLISHED)]
                publisher.publish([Outgoing(flow.OUT, str(n).encode())], entries)
                break
            except Transient:
                continue
    assert out(client) == list(range(N))
    assert next(iter(Ledger(client).read(flow.CAMERA, make.window()).values())) == {PUBLISHED: N}


def test_a_commit_stuck_on_an_old_connection_comes_to_nothing(server: RedisServer, client: redis.Redis) -> None:
    """Redis freezes with a publish in its socket; the producer gives up, and once Redis goes on sends it again and something
    else: what was stuck is not applied a second time, in whatever order the connections are served."""
    publisher = Publisher(impatient(server.url))
    publisher.publish([Outgoing(flow.OUT, b"1")])
    for _ in range(5):
        n = len(out(client))
        server.freeze()
        with pytest.raises(Transient):
            publisher.publish([Outgoing(flow.OUT, str(n + 1).encode())])
        server.thaw()
        while True:
            try:
                publisher.publish([Outgoing(flow.OUT, str(n + 1).encode())])
                break
            except Transient:
                continue
        assert out(client) == list(range(1, n + 2))


WORKER = """
import sys, threading, random, time
from haetae.bus.connection import connect
from haetae.bus.consumer import Consumer
from tests.integration.bus.flow import GROUP, IN, doubled
def handle(messages):
    time.sleep(random.random() * 0.004)
    return doubled(messages)
Consumer(connect(sys.argv[1]), [IN], GROUP, sys.argv[2], batch=8, block_s=0.1, claim_idle_s=1.0, max_deliveries=1000).run(
    handle, threading.Event())
"""


def test_processes_and_redis_are_killed(server: RedisServer, client: redis.Redis) -> None:
    """kill -9 of consumers in the middle of their work and of Redis itself, again and again: nothing lost, nothing doubled."""
    rng = random.Random(5)
    root = Path(__file__).resolve().parents[3]
    total = 3000

    def worker(name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", WORKER, server.url, name], cwd=root, stderr=subprocess.DEVNULL)

    workers = {name: worker(name) for name in ("k-0", "k-1")}
    publisher = Publisher(connect(server.url))
    try:
        sent = 0
        for round in range(16):
            while sent < total * (round + 1) // 16:
                try:
                    publisher.publish([Outgoing(IN, str(n).encode()) for n in range(sent, sent + 10)])
                    sent += 10
                except Transient:
                    time.sleep(0.05)
            time.sleep(rng.uniform(0.1, 0.5))
            if round % 4 == 3:
                server.kill()
                server.start()
                continue
            victim = rng.choice(sorted(workers))
            os.kill(workers[victim].pid, signal.SIGKILL)
            workers[victim].wait()
            workers[victim] = worker(victim)
        until(lambda: len(out(client)) >= total and nothing_left(client))
    finally:
        for process in workers.values():
            process.kill()
            process.wait()
    assert sorted(out(client)) == list(range(total))
    assert counted(client) == total


def test_frozen_consumer_wakes_up_late(client: redis.Redis, server: RedisServer) -> None:
    """A process that was frozen while another took its messages commits nothing when it goes on, even under the same name."""
    frozen = threading.Event()
    calls = iter(range(100))

    def handle(messages: Sequence[Message]) -> Commit:
        if next(calls) == 0:
            frozen.wait(20)
        return doubled(messages)

    send(client, range(8))
    first = Consumer(connect(server.url), [IN], GROUP, "same", block_s=0.1)
    with running(first, handle):
        until(lambda: flow.n_pending(client) == 8)
        with running(Consumer(connect(server.url), [IN], GROUP, "same", block_s=0.1), doubled):
            until(lambda: len(out(client)) == 8)
        frozen.set()
        send(client, [8])
        until(lambda: len(out(client)) == 9)
    assert out(client) == list(range(9))
    assert counted(client) == 9
