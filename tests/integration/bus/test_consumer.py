"""The consumer's three endings, on a real Redis."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence

import pytest
import redis

from haetae.bus.consumer import Commit, Consumer, Message
from haetae.bus.replay import DeadLetters
from haetae.errors import Misconfigured, Poison, Transient
from tests.integration.bus.flow import (
    GROUP,
    IN,
    OUT,
    counted,
    delivered,
    doubled,
    n_pending,
    nothing_left,
    out,
    running,
    send,
    until,
)

pytestmark = pytest.mark.integration


def consumer(client: redis.Redis, name: str = "a-0", **dials: object) -> Consumer:
    """A quick consumer."""
    return Consumer(client, [IN], GROUP, name, **{"block_s": 0.1, **dials})  # type: ignore[arg-type]


def test_acknowledged_with_its_effects(client: redis.Redis) -> None:
    """Messages published before and after the group was made are handled in order, and leave stream and pending list empty."""
    send(client, range(40))
    with running(consumer(client), doubled):
        until(lambda: len(out(client)) == 40)
        send(client, range(40, 100))
        until(lambda: len(out(client)) == 100)
    assert out(client) == list(range(100))
    assert counted(client) == 100
    assert client.get("test.state") == b"99"
    assert nothing_left(client)


def test_transient_is_tried_until_it_works_and_never_set_aside(client: redis.Redis) -> None:
    """A peer that is away for more tries than max_deliveries costs no message and does not count as a delivery."""
    failures = iter(range(5))
    seen: list[int] = []

    def handle(messages: Sequence[Message]) -> Commit:
        seen.extend(message.deliveries for message in messages)
        if next(failures, None) is not None:
            raise Transient("Triton is away.")
        return doubled(messages)

    send(client, range(5))
    with running(consumer(client, max_deliveries=2), handle):
        until(lambda: len(out(client)) == 5)
    assert out(client) == list(range(5))
    assert set(seen) == {1}
    assert DeadLetters(client).count(IN) == 0


def test_a_poison_message_is_found_in_its_batch(client: redis.Redis) -> None:
    """The culprit goes to the dead letters with its cause and without passwords; its neighbours are handled once."""

    def handle(messages: Sequence[Message]) -> Commit:
        if any(message.payload == b"7" for message in messages):
            raise Poison("Not a number we like.", url="rtsp://u:s3cret@h/1")
        return doubled(messages)

    send(client, range(16))
    with running(consumer(client), handle):
        until(lambda: len(out(client)) == 15)
    assert sorted(out(client)) == [n for n in range(16) if n != 7]
    assert counted(client) == 15
    (dead,) = DeadLetters(client).list(IN)
    assert (dead.payload, dead.deliveries) == (b"7", 1)
    assert dead.cause.startswith("Not a number we like.")
    assert "s3cret" not in json.dumps(dead.cause)
    assert nothing_left(client)


def test_a_bug_in_the_handler_stops_nobody(client: redis.Redis) -> None:
    """An error of no known kind is tried max_deliveries times alone, then set aside; the others go on."""
    tries: list[int] = []

    def handle(messages: Sequence[Message]) -> Commit:
        if any(message.payload == b"3" for message in messages):
            if len(messages) == 1:
                tries.append(3)
            raise ZeroDivisionError("bug")
        return doubled(messages)

    send(client, range(6))
    with running(consumer(client, max_deliveries=3), handle):
        until(lambda: DeadLetters(client).count(IN) == 1 and len(out(client)) == 5)
    assert len(tries) == 3
    assert DeadLetters(client).list(IN)[0].cause == "ZeroDivisionError: bug"


def test_a_message_that_kills_its_consumer_is_set_aside_alone(client: redis.Redis) -> None:
    """A message during which the process dies again and again becomes a dead letter after max_deliveries; its neighbours,
    which were delivered with it at first, are all handled."""

    class Died(BaseException):
        """The process is gone: nothing is caught, nothing is cleaned up."""

    def handle(messages: Sequence[Message]) -> Commit:
        if any(message.payload == b"4" for message in messages):
            raise Died
        return doubled(messages)

    send(client, range(10))
    stop = threading.Event()
    deaths = 0
    while DeadLetters(client).count(IN) == 0:
        try:
            consumer(client).run(handle, stop, on_idle=lambda: stop.set() if DeadLetters(client).count(IN) else None)
        except Died:
            deaths += 1
            assert deaths <= 5
    with running(consumer(client), handle):
        until(lambda: len(out(client)) == 9)
    assert deaths == 5
    assert [dead.payload for dead in DeadLetters(client).list(IN)] == [b"4"]
    assert sorted(out(client)) == [n for n in range(10) if n != 4]


def test_dead_letters_can_be_replayed(client: redis.Redis) -> None:
    """Once the cause is gone a dead letter goes back into its topic and is handled; replayed once, it is gone."""
    liked = threading.Event()

    def handle(messages: Sequence[Message]) -> Commit:
        if not liked.is_set():
            raise Poison("Not now.")
        return doubled(messages)

    letters = DeadLetters(client)
    send(client, [1, 2])
    with running(consumer(client), handle):
        until(lambda: letters.count(IN) == 2)
        liked.set()
        first, second = letters.list(IN)
        assert letters.replay(IN, [first.id, first.id]) == 1
        assert letters.drop(IN, [second.id]) == 1
        until(lambda: out(client) == [1])
    assert letters.list(IN) == []


def test_what_a_dead_consumer_left_is_claimed(client: redis.Redis) -> None:
    """Messages delivered to a consumer that never came back are handled by another after the idle time."""
    send(client, range(20))
    client.xgroup_create(IN, GROUP, id="0")
    delivered(client, "gone-0", 20)
    with running(consumer(client, "b-0", claim_idle_s=0.3), doubled):
        until(lambda: len(out(client)) == 20)
    assert out(client) == list(range(20))
    assert nothing_left(client)


def test_an_exclusive_consumer_begins_with_what_was_left(client: redis.Redis) -> None:
    """Who leases a topic takes over the former owner's messages at once and before newer ones: the order is kept."""
    send(client, range(10))
    client.xgroup_create(IN, GROUP, id="0")
    delivered(client, "gone-0", 5)
    with running(consumer(client, "b-0", exclusive=True), doubled):
        until(lambda: len(out(client)) == 10)
    assert out(client) == list(range(10))


def test_ghosts_do_not_stay(client: redis.Redis) -> None:
    """Pending entries whose messages somebody deleted are removed, own ones and others', and nothing waits for them."""
    send(client, range(6))
    client.xgroup_create(IN, GROUP, id="0")
    ids = delivered(client, "a-0", 3) + delivered(client, "gone-0", 3)
    client.xdel(IN, *ids[1:5])
    with running(consumer(client, claim_idle_s=0.2), doubled):
        until(lambda: nothing_left(client))
    assert out(client) == [0, 5]


def test_a_slow_consumer_that_lost_its_messages_commits_nothing(client: redis.Redis) -> None:
    """Another claims the batch while the first still works on it: the effects happen once, and the first is told."""
    slow, lost = threading.Event(), threading.Event()

    def handle(messages: Sequence[Message]) -> Commit:
        slow.wait(10)
        return doubled(messages)

    send(client, range(8))
    with running(consumer(client, "slow-0", claim_idle_s=60), handle, on_lost=lost.set):
        until(lambda: n_pending(client) == 8)
        with running(consumer(client, "quick-0", claim_idle_s=0.1), doubled):
            until(lambda: len(out(client)) == 8)
        slow.set()
        assert lost.wait(10)
    assert out(client) == list(range(8))
    assert counted(client) == 8


def test_idle_work_is_done_between_batches_and_when_nothing_comes(client: redis.Redis) -> None:
    """on_idle is called while messages keep coming and while none come, and its commit is applied."""
    calls = iter(range(10_000))

    def on_idle() -> Commit:
        return Commit(put={"test.idle": str(next(calls)).encode()})

    with running(consumer(client, block_s=0.05), doubled, on_idle=on_idle):
        until(lambda: int(client.get("test.idle") or 0) >= 3)
        for n in range(50):
            send(client, [n])
        until(lambda: len(out(client)) == 50)
        until(lambda: int(client.get("test.idle") or 0) >= 8)


def test_a_bug_in_idle_work_stops_no_messages(client: redis.Redis) -> None:
    """on_idle raises again and again; messages are handled all the same."""

    def on_idle() -> Commit:
        raise ZeroDivisionError("bug")

    with running(consumer(client, block_s=0.05), doubled, on_idle=on_idle):
        send(client, range(10))
        until(lambda: len(out(client)) == 10)


def test_topics_may_come_and_go(client: redis.Redis) -> None:
    """A consumer whose topics are asked for each time reads those of now, and waits when there are none."""
    topics: list[str] = []
    with running(Consumer(client, lambda: topics, GROUP, "a-0", block_s=0.05), doubled):
        send(client, [1], "test.x")
        topics.append("test.x")
        until(lambda: out(client) == [1])
        topics[:] = ["test.y"]
        send(client, [2], "test.y")
        until(lambda: out(client) == [1, 2])
        send(client, [3], "test.x")
        send(client, [4], "test.y")
        until(lambda: out(client) == [1, 2, 4])
    assert client.xlen("test.x") == 1


def test_misconfiguration_ends_the_process(client: redis.Redis) -> None:
    """A handler that finds the process misconfigured ends the loop, and its message stays pending."""

    def handle(_: Sequence[Message]) -> Commit:
        raise Misconfigured("No such model.")

    send(client, [1])
    with pytest.raises(Misconfigured):
        consumer(client).run(handle, threading.Event())
    assert client.xlen(IN) == 1
    assert client.exists(OUT) == 0
