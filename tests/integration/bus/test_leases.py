"""Leases never overlap."""

from __future__ import annotations

import random
import threading
import time

import pytest
import redis

from haetae.bus.leases import Leases
from haetae.errors import Transient
from tests.integration.bus.flow import impatient, until
from tests.integration.bus.redis_server import RedisServer

pytestmark = pytest.mark.integration


def settled(client: redis.Redis, holder: str, ttl_s: float = 0.6) -> Leases:
    """The leases of a holder in a scope that is no longer young."""
    leases = Leases(client, "ingest", holder, ttl_s)
    leases.heartbeat()
    client.set("haetae.lease.ingest.born", 1)
    return leases


def test_one_holder_at_a_time(client: redis.Redis) -> None:
    """A free name is had at once, by one; given back, the next has it at once."""
    a, b = settled(client, "a"), settled(client, "b")
    assert a.acquire("gate-1")
    assert a.acquire("gate-1")
    assert not b.acquire("gate-1")
    assert a.is_held("gate-1")
    assert not b.is_held("gate-1")
    assert b.renew(["gate-1"]) == set()
    b.release("gate-1")
    assert a.renew(["gate-1", "gate-2"]) == {"gate-1"}
    a.release("gate-1")
    assert not a.is_held("gate-1")
    assert b.acquire("gate-1")


def test_a_silent_holder_is_replaced_after_a_guard(client: redis.Redis) -> None:
    """After the ttl another gets the lease, but may use it only after the guard; the former one has lost it for good."""
    a, b = settled(client, "a"), settled(client, "b")
    assert a.acquire("gate-1")
    time.sleep(0.7)
    assert not a.is_held("gate-1")
    assert not b.acquire("gate-1")
    assert a.renew(["gate-1"]) == set()
    until(lambda: b.acquire("gate-1"), within_s=2)
    assert b.is_held("gate-1")


def test_after_a_flush_nobody_starts_at_once(client: redis.Redis) -> None:
    """Somebody may still believe to hold what was flushed away: a name is usable only after one guard, in which the former
    holder finds out."""
    a = settled(client, "a")
    assert a.acquire("gate-1")
    client.flushall()
    b = Leases(client, "ingest", "b", 0.6)
    b.heartbeat()
    assert not b.acquire("gate-1")
    assert a.renew(["gate-1"]) == set()
    assert not a.is_held("gate-1")
    until(lambda: b.acquire("gate-1"), within_s=2)


def test_who_is_there(client: redis.Redis) -> None:
    """Members are those who said so within the ttl; who leaves is gone at once."""
    a, b = settled(client, "a"), settled(client, "b")
    assert a.members() == ["a", "b"]
    b.leave()
    assert a.members() == ["a"]
    time.sleep(0.7)
    assert b.members() == []


def test_a_server_clock_set_back_does_not_freeze_leases(client: redis.Redis) -> None:
    """A lease noted for an hour ahead (the clock was an hour fast then) lasts one ttl from now, and no longer."""
    a, b = settled(client, "a"), settled(client, "b")
    assert a.acquire("gate-1")
    ahead = int(time.time() * 1000) + 3_600_000
    client.hset("haetae.lease.ingest.of.gate-1", mapping={"until": ahead, "usable": ahead})
    assert not b.acquire("gate-1")
    until(lambda: b.acquire("gate-1"), within_s=4)


@pytest.mark.parametrize("seed", range(2))
def test_never_two_at_work(server: RedisServer, client: redis.Redis, seed: int) -> None:
    """Three workers come, hang, forget to renew and go, while Redis is killed once and flushed once: never do two of them work
    on one name at the same time, and work goes on in the end."""
    ttl_s = 0.8
    at_work: set[str] = set()
    overlaps: list[tuple[str, ...]] = []
    turns = 0
    guard = threading.Lock()
    stop = threading.Event()

    def work(holder: str, rng: random.Random) -> None:
        nonlocal turns
        leases = Leases(impatient(server.url), "ingest", holder, ttl_s)
        while not stop.wait(leases.renew_every_s * rng.uniform(0.5, 1.0)):
            try:
                mine = leases.acquire("gate-1")
            except Transient:
                mine = leases.is_held("gate-1")
            with guard:
                at_work.discard(holder)
                if mine:
                    at_work.add(holder)
                    turns += 1
                if len(at_work) > 1:
                    overlaps.append(tuple(at_work))
            if mine and rng.random() < 0.15:  # hangs for long, but has stopped its work first, as its own clock asks
                with guard:
                    at_work.discard(holder)
                stop.wait(ttl_s * rng.uniform(1.0, 2.0))

    threads = [threading.Thread(target=work, args=(f"w{i}", random.Random(seed * 10 + i)), daemon=True) for i in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    client.flushall()
    time.sleep(2)
    server.kill()
    time.sleep(0.3)
    server.start()
    before = turns
    time.sleep(3)
    stop.set()
    for thread in threads:
        thread.join(20)
    assert overlaps == []
    assert turns > before
