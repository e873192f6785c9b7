"""Leases never overlap."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress

import pytest
import redis

from haetae.bus.leases import Leases
from haetae.errors import Transient
from tests.integration.bus.flow import impatient, until
from tests.integration.bus.redis_server import RedisServer

pytestmark = pytest.mark.integration
LONG_S = 60.0  # longer than any test waits for the processor


def settled(client: redis.Redis, holder: str, ttl_s: float = LONG_S) -> Leases:
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
    a, b = settled(client, "a", 0.2), settled(client, "b", 2.0)
    until(lambda: a.acquire("gate-1"))
    time.sleep(0.3)
    assert not a.is_held("gate-1")
    assert not b.acquire("gate-1")
    assert a.renew(["gate-1"]) == set()
    until(lambda: b.acquire("gate-1"))
    assert not a.acquire("gate-1")


def test_after_a_flush_nobody_starts_at_once(client: redis.Redis) -> None:
    """Somebody may still believe to hold what was flushed away: a name is usable only after one guard, in which the former
    holder finds out."""
    a = settled(client, "a")
    assert a.acquire("gate-1")
    client.flushall()
    b = Leases(client, "ingest", "b", 2.0)
    b.heartbeat()
    assert not b.acquire("gate-1")
    assert a.renew(["gate-1"]) == set()
    assert not a.is_held("gate-1")
    until(lambda: b.acquire("gate-1"))


def test_who_is_there(client: redis.Redis) -> None:
    """Members are those who said so within the ttl; who leaves is gone at once, who is silent after the ttl."""
    a, b = settled(client, "a"), settled(client, "b")
    assert a.members() == ["a", "b"]
    b.leave()
    assert a.members() == ["a"]
    quick = Leases(client, "ingest", "c", 0.3)

    def seen() -> bool:
        quick.heartbeat()
        return quick.members() == ["c"]  # "a" has a time that is too far ahead for this ttl

    until(seen)
    until(lambda: quick.members() == [])


def test_a_server_clock_set_back_does_not_freeze_leases(client: redis.Redis) -> None:
    """A lease noted for an hour ahead (the clock was an hour fast then) lasts one ttl from now, and no longer."""
    a, b = settled(client, "a"), settled(client, "b", 0.6)
    assert a.acquire("gate-1")
    ahead = int(time.time() * 1000) + 3_600_000
    client.hset("haetae.lease.ingest.of.gate-1", mapping={"until": ahead, "usable": ahead})
    assert not b.acquire("gate-1")
    until(lambda: b.acquire("gate-1"))


class Contenders:
    """Workers that want one name, and whether two of them ever were at work on it at once.

    At work is who holds the name by its own clock and has asked within the last guard. That is what Leases demands of those who
    use it; a thread that gets no processor for longer breaks the demand, and what it believes meanwhile is no fault of leases.
    """

    ttl_s = 0.8

    def __init__(self, server: RedisServer, names: list[str]) -> None:
        self.overlaps: list[list[str]] = []
        self.turns = 0
        self.stop = threading.Event()
        self._leases = {name: Leases(impatient(server.url), "ingest", name, self.ttl_s) for name in names}
        self._asked_at_s = dict.fromkeys(names, 0.0)
        self._guard = threading.Lock()

    def work(self, name: str, rng: random.Random) -> None:
        """Comes, renews, and sometimes forgets to for long."""
        leases = self._leases[name]
        while not self.stop.wait(leases.renew_every_s * rng.uniform(0.5, 1.0)):
            asked_at_s = time.monotonic()
            with suppress(Transient):  # away: it goes by its own clock
                leases.acquire("gate-1")
            mine = self._look(name, asked_at_s)
            if mine and rng.random() < 0.15:
                self.stop.wait(self.ttl_s * rng.uniform(1.0, 2.0))

    def _look(self, name: str, asked_at_s: float) -> bool:
        with self._guard:
            self._asked_at_s[name] = asked_at_s
            late_s = time.monotonic() - self.ttl_s / 2
            busy = [each for each, held in self._leases.items() if held.is_held("gate-1") and self._asked_at_s[each] > late_s]
            self.turns += name in busy
            if len(busy) > 1:
                self.overlaps.append(busy)
            return name in busy


@pytest.mark.parametrize("seed", range(2))
def test_never_two_at_work(server: RedisServer, client: redis.Redis, seed: int) -> None:
    """Three workers come, hang, forget to renew and go, while Redis is flushed once and killed once: never do two of them work
    on one name at the same time, and work goes on in the end."""
    names = ["w0", "w1", "w2"]
    workers = Contenders(server, names)
    threads = [
        threading.Thread(target=workers.work, args=(name, random.Random(seed * 10 + n)), daemon=True)
        for n, name in enumerate(names)
    ]
    for thread in threads:
        thread.start()

    def go_on() -> None:
        enough = workers.turns + 10
        until(lambda: workers.turns >= enough)

    go_on()
    client.flushall()
    go_on()
    server.kill()
    time.sleep(0.3)
    server.start()
    go_on()
    workers.stop.set()
    for thread in threads:
        thread.join(20)
    assert workers.overlaps == []
