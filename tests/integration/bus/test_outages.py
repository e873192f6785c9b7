"""Redis is killed, frozen, flushed: consumers come back by themselves."""

from __future__ import annotations

import threading

import pytest
import redis

from haetae.bus.connection import connect, probe, redis_errors
from haetae.bus.consumer import Consumer
from haetae.bus.publisher import Outgoing, Publisher
from haetae.errors import Misconfigured, Transient
from haetae.telemetry.health import Health
from tests.integration.bus.flow import GROUP, IN, OUT, doubled, impatient, n_pending, nothing_left, out, running, send, until
from tests.integration.bus.redis_server import RedisServer

pytestmark = pytest.mark.integration


def test_a_killed_redis_comes_back_with_its_messages(server: RedisServer, client: redis.Redis) -> None:
    """Messages that Redis had acknowledged survive kill -9; the consumer reads on, without being started again."""
    with running(Consumer(connect(server.url, block_s=0.2), [IN], GROUP, "a-0", block_s=0.2), doubled):
        send(client, range(50))
        until(lambda: len(out(client)) == 50)
        server.kill()
        threading.Event().wait(0.5)
        server.start()
        send(server.client(), range(50, 80))
        until(lambda: len(out(server.client())) == 80)
    assert out(client) == list(range(80))
    assert nothing_left(client)


def test_a_frozen_redis_is_waited_for(server: RedisServer, client: redis.Redis) -> None:
    """A server that answers nobody makes calls end at their deadline; when it goes on, so does the consumer, at once."""
    health = Health()
    consumer = Consumer(impatient(server.url), [IN], GROUP, "a-0", block_s=0.2, health=health)
    with running(consumer, doubled):
        send(client, range(5))
        until(lambda: len(out(client)) == 5)
        server.freeze()
        try:
            threading.Event().wait(1.5)
        finally:
            server.thaw()
        send(client, range(5, 10))
        until(lambda: len(out(client)) == 10)
    assert out(client) == list(range(10))
    assert health.ready() == {}


@pytest.mark.parametrize("how", ["flushall", "delete stream", "destroy group"])
def test_a_flushed_redis_is_started_over(client: redis.Redis, server: RedisServer, how: str) -> None:
    """Stream or group vanish below a waiting consumer: it makes them again and reads what comes."""
    with running(Consumer(connect(server.url), [IN], GROUP, "a-0", block_s=0.3), doubled):
        send(client, [1])
        until(lambda: out(client) == [1])
        if how == "flushall":
            client.flushall()
        elif how == "delete stream":
            client.delete(IN)
        else:
            client.xgroup_destroy(IN, GROUP)
        send(client, [2])
        until(lambda: out(client)[-1:] == [2])


def test_a_flush_while_a_batch_is_worked_on(client: redis.Redis, server: RedisServer) -> None:
    """The messages are gone with the flush, so their effects are not applied; the consumer goes on with what comes."""
    working, may_go_on = threading.Event(), threading.Event()

    def handle(messages):  # type: ignore[no-untyped-def]
        working.set()
        may_go_on.wait(10)
        return doubled(messages)

    with running(Consumer(connect(server.url), [IN], GROUP, "a-0", block_s=0.1), handle):
        send(client, [1])
        assert working.wait(10)
        client.flushall()
        may_go_on.set()
        send(client, [2])
        until(lambda: out(client) == [2])


def test_stopping_while_redis_is_away_ends_soon(server: RedisServer, client: redis.Redis) -> None:
    """A consumer that cannot commit is stopped within seconds, and what it had in hand comes again."""
    working, may_go_on = threading.Event(), threading.Event()

    def handle(messages):  # type: ignore[no-untyped-def]
        working.set()
        may_go_on.wait(10)
        return doubled(messages)

    send(client, range(3))
    with running(Consumer(impatient(server.url), [IN], GROUP, "a-0", block_s=0.2), handle):
        assert working.wait(10)
        server.kill()
        may_go_on.set()
    server.start()
    assert n_pending(server.client()) == 3
    with running(Consumer(connect(server.url), [IN], GROUP, "a-0", block_s=0.2), doubled):
        until(lambda: len(out(server.client())) == 3)


def test_a_full_redis_is_transient_and_leaves_nothing_half_done(server: RedisServer, client: redis.Redis) -> None:
    """A commit that is refused for lack of memory is not acknowledged, and goes through when there is room again."""
    send(client, range(3))
    client.config_set("maxmemory", "1")
    try:
        with pytest.raises(Transient):
            send(client, [9])
        with running(Consumer(connect(server.url), [IN], GROUP, "a-0", block_s=0.1), doubled):
            threading.Event().wait(0.5)
            assert client.xlen(IN) == 3
            assert client.exists(OUT) == 0
            client.config_set("maxmemory", "0")
            until(lambda: len(out(client)) == 3)
    finally:
        client.config_set("maxmemory", "0")
    assert out(client) == [0, 1, 2]


def test_what_redis_says_is_told_apart(server: RedisServer, client: redis.Redis) -> None:
    """Away is Transient, wrong credentials and addresses are Misconfigured and are never repeated in the message."""
    assert probe(client) is None
    assert "away" in str(probe(connect("redis://127.0.0.1:1/0")))
    with pytest.raises(Misconfigured) as wrong:
        connect("http://u:s3cret@host")
    assert "s3cret" not in str(wrong.value)
    client.config_set("requirepass", "right")
    try:
        with pytest.raises(Misconfigured), redis_errors():
            connect(server.url).ping()
        assert probe(connect(server.url.replace("//", "//:wrong@"))) == "Redis refuses our credentials."
    finally:
        client.config_set("requirepass", "")


def test_the_backlog_is_the_length(client: redis.Redis, server: RedisServer) -> None:
    """What is acknowledged is deleted: the backlog counts what is not done, on every Redis."""
    publisher = Publisher(connect(server.url))
    publisher.publish([Outgoing(IN, b"1"), Outgoing(IN, b"2")])
    assert publisher.backlog(IN) == 2
    with running(Consumer(connect(server.url), [IN], GROUP, "a-0", block_s=0.1), doubled):
        until(lambda: publisher.backlog(IN) == 0)
