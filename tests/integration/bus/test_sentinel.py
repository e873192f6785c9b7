"""A set of Redis servers with Sentinels: the master goes, the bus goes on, and what was acknowledged is there."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import kombu.pools
import pytest
import redis
from celery import Celery
from kombu.exceptions import OperationalError

from haetae.bus.connection import connect, probe
from haetae.bus.consumer import Consumer
from haetae.bus.leases import Leases
from haetae.bus.publisher import Outgoing, Publisher
from haetae.errors import Misconfigured, Transient
from services.alert.tasks import DELIVER, PREFIX, make_celery, queue_key
from tests.integration.bus.celery_worker import RAN
from tests.integration.bus.flow import GROUP, IN, OUT, counted, doubled, nothing_left, out, running, send
from tests.integration.bus.redis_server import RedisServer, binaries
from tests.integration.bus.redis_set import RedisSet, redis_set
from tests.kit import waiting
from tests.kit.certificates import Authority

pytestmark = pytest.mark.integration
UNACKNOWLEDGED = f"{PREFIX}unacked"


def until(condition: Callable[[], bool], what: str) -> None:
    """A failover takes seconds, and much longer on a machine that does much else."""
    waiting.until(condition, what, within_s=90, every_s=0.1)


@pytest.fixture(params=["wheel", pytest.param("system", marks=pytest.mark.peer)])
def binary(request: pytest.FixtureRequest) -> Path:
    """Each server that Haetae must be right on."""
    found = binaries()[request.param]
    if found is None:
        pytest.skip(f"no {request.param} redis-server here")
    return found


@pytest.fixture
def replicated(binary: Path, tmp_path: Path) -> Iterator[RedisSet]:
    """A set that is whole, whose master is replaced after a second of silence."""
    with redis_set(binary, tmp_path / "set") as made:
        yield made


@pytest.fixture
def steady(binary: Path, tmp_path: Path) -> Iterator[RedisSet]:
    """A set that is whole and keeps its master, however busy the machine is."""
    with redis_set(binary, tmp_path / "set", patience_s=600.0) as made:
        yield made


def produced(url: str, stop: threading.Event, acknowledged: list[int]) -> None:
    """Publishes numbers one by one until it is stopped; each is tried until it is acknowledged, and then written down."""
    publisher = Publisher(connect(url, block_s=-4.0))
    for number in range(100_000):
        while not stop.is_set():
            try:
                publisher.publish([Outgoing(IN, str(number).encode())])
                acknowledged.append(number)
                stop.wait(0.002)  # leaves the processor to the others
                break
            except Transient:
                stop.wait(0.05)
        if stop.is_set():
            return


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_the_bus_goes_on_without_its_master(replicated: RedisSet, how: str) -> None:
    """The master is killed, or frozen and thawed again later, under a producer and a consumer. Both go on with the next master by
    themselves; every number that was acknowledged comes out, once, counted once; also what the old master did alone is void."""
    url, former = replicated.url(), replicated.master()
    acknowledged: list[int] = []
    stop = threading.Event()
    producer = threading.Thread(target=produced, args=(url, stop, acknowledged))
    with running(Consumer(connect(url, block_s=-4.0), [IN], GROUP, "a-0", block_s=0.2), doubled):
        producer.start()
        try:
            until(lambda: len(acknowledged) > 50, "messages flow")
            server = replicated.servers[former]
            server.kill() if how == "killed" else server.freeze()
            until(lambda: replicated.master() != former, "the Sentinels chose another master")
            before = len(acknowledged)
            until(lambda: len(acknowledged) > before + 50, "messages flow again")
            server.start() if how == "killed" else server.thaw()
            until(replicated.is_whole, "the former master follows the new one")
        finally:
            stop.set()
            producer.join(30)
        client = connect(url)
        until(lambda: nothing_left(client), "everything is done")
    came = out(client)
    assert [number for number in acknowledged if number not in set(came)] == []
    assert len(came) == len(set(came)) == counted(client)
    assert came == sorted(came)
    assert probe(client) is None


def test_nothing_is_acknowledged_that_only_the_master_has(steady: RedisSet) -> None:
    """Without a replica that follows, publishing and leasing are Transient; with one again the same messages are there once.
    Who asks for no replicas is acknowledged by the master alone."""
    master = steady.master()
    others = [server for port, server in steady.servers.items() if port != master]
    publisher = Publisher(connect(steady.url()))
    leases = Leases(connect(steady.url()), "test", "a")
    publisher.publish([Outgoing(OUT, b"1")])
    for server in others:
        server.freeze()
    with pytest.raises(Transient, match="Too few replicas"):
        publisher.publish([Outgoing(OUT, b"2")])
    with pytest.raises(Transient, match="Too few replicas"):
        leases.acquire("camera")
    Publisher(connect(steady.url(replicas=0))).publish([Outgoing(OUT, b"3")])
    for server in others:
        server.thaw()
    until(steady.is_whole, "the replicas follow again")
    publisher.publish([Outgoing(OUT, b"2")])
    assert out(connect(steady.url())) == [1, 2, 3]
    until(lambda: leases.acquire("camera"), "the lease is ours, after its guard")


def test_celery_goes_on_without_its_master(replicated: RedisSet, tmp_path: Path) -> None:
    """Tasks run before and after the master is killed, in a worker that nobody starts again; they wait in the queue under the
    name that the dispatcher counts."""
    url, former = replicated.url(replicas=0), replicated.master()
    app = make_celery(url)
    app.send_task(DELIVER, ["one", 1])
    assert connect(url).llen(queue_key()) == 1
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen([sys.executable, "-m", "tests.integration.bus.celery_worker", url], stdout=log, stderr=log)
    try:
        until(lambda: _ran(url) == {b"one"} and not connect(url).hlen(UNACKNOWLEDGED), "the first task ran and is acknowledged")
        replicated.servers[former].kill()
        until(lambda: replicated.master() != former, "the Sentinels chose another master")

        def two_ran() -> bool:
            _send_if_none_waits(app, url)
            return b"two" in _ran(url)

        until(two_ran, f"a task is sent and runs; the worker's side is in {log.name}")
    finally:
        worker.terminate()
        worker.wait(30)


def _ran(url: str) -> set[bytes]:
    """The tasks that ran; none while there is no master."""
    try:
        return set(connect(url).lrange(RAN, 0, -1))  # type: ignore[arg-type]
    except redis.RedisError:
        return set()


def _send_if_none_waits(app: Celery, url: str) -> None:
    """As the dispatcher does, for whom a task that is in no queue and never ran was lost with a master."""
    with suppress(redis.RedisError):
        if connect(url).llen(queue_key()) == 0:
            _sent(app, "two")


def _sent(app: Celery, id: str) -> bool:
    try:
        app.send_task(DELIVER, [id, 1], retry=False)
    except (OperationalError, redis.RedisError):  # as the dispatcher takes it: later again
        return False
    return True


def test_the_wrong_password_and_service_are_told(steady: RedisSet) -> None:
    """Of the servers, of the Sentinels, a set that nobody knows: each is said, and no password is."""
    wrong = steady.url().replace("redis+sentinel://:", "redis+sentinel://:wrong-")
    assert probe(connect(wrong)) == "Redis refuses our credentials."
    for url in (steady.url(service="nobody"), "redis+sentinel://:canary@127.0.0.1:1/0?service=x"):
        said = probe(connect(url))
        assert said is not None
        assert "away" in said
        assert "canary" not in said
    assert "a Sentinel refuses our credentials" in (probe(connect(steady.url(sentinel_password="wrong"))) or "")


def test_messages_wait_while_there_is_no_master(replicated: RedisSet) -> None:
    """All servers gone: publishing is Transient and health says so; when they come back, the consumer goes on."""
    client = connect(replicated.url(), block_s=-4.0)
    with running(Consumer(connect(replicated.url(), block_s=-4.0), [IN], GROUP, "a-0", block_s=0.2), doubled):
        send(client, range(5))
        until(lambda: len(out(client)) == 5, "messages flow")
        for server in replicated.servers.values():
            server.kill()
        with pytest.raises(Transient):
            send(client, [9])
        assert probe(client) is not None
        for server in replicated.servers.values():
            server.start()
        until(lambda: probe(client) is None, "there is a master again")
        until(replicated.is_whole, "the set is whole")
        until(lambda: _published(client, range(5, 10)), "messages are taken again")  # the next master may just be chosen
        until(lambda: set(out(client)) == set(range(10)), "messages flow again")


def _published(client: redis.Redis, numbers: Sequence[int]) -> bool:
    try:
        send(client, numbers)
    except Transient:
        return False
    return True


@pytest.mark.parametrize(
    "url",
    ["redis+sentinel://h:26379/0", "redis+sentinel:///0?service=x", "redis+sentinel://h:0/0?service=x", "redis+sentinel://h/x?service=x",
     "redis+sentinel://h/0?service=x&tls=yes", "redis+sentinel://h;i/0?service=x", "redis+sentinel://h/0?service=x&replicas=many",
     "redis+sentinel://:canary@[h/0?service=x"],
)  # fmt: skip
def test_an_address_that_is_none_is_misconfigured(url: str) -> None:
    """It is said when the service starts, without the password."""
    for take in (connect, make_celery):
        with pytest.raises(Misconfigured) as raised:
            take(url)
        assert "canary" not in str(raised.value)


def system_redis() -> Path:
    """A server that speaks TLS; the wheel's does not. Skips where there is none."""
    binary = binaries()["system"]
    if binary is None:
        pytest.skip("no system redis-server here")
    return binary


@pytest.mark.peer
def test_one_server_over_tls(tmp_path: Path) -> None:
    """The authority comes in the URL's query, for the bus and for Celery; whoever it did not sign for is not believed."""
    authority, stranger = Authority(tmp_path / "own"), Authority(tmp_path / "stranger")
    server = RedisServer(system_redis(), tmp_path, authority=authority)
    server.start()
    try:
        assert probe(connect(server.url)) is None
        assert _sent(make_celery(server.url), "one")
        assert connect(server.url).llen(queue_key()) == 1
        for url in (server.url.partition("?")[0], server.url.replace(str(authority.certificate), str(stranger.certificate))):
            assert "away" in (probe(connect(url)) or "")
            kombu.pools.reset()  # in a process of its own there is no connection of another application
            assert not _sent(make_celery(url), "two")
    finally:
        server.kill()


@pytest.mark.peer
def test_a_set_over_tls(tmp_path: Path) -> None:
    """Servers and Sentinels speak TLS only: messages and tasks pass, also with the next master; strangers are not believed."""
    with redis_set(system_redis(), tmp_path / "set", Authority(tmp_path / "own")) as replicated:
        url, former = replicated.url(), replicated.master()
        publisher = Publisher(connect(url))
        publisher.publish([Outgoing(OUT, b"1")])
        assert _sent(make_celery(url), "one")
        replicated.servers[former].kill()
        until(lambda: replicated.master() != former, "the Sentinels chose another master")
        until(lambda: probe(connect(url)) is None, "the next master answers")
        assert out(connect(url)) == [1]
        assert connect(url).llen(queue_key()) == 1
        stranger = Authority(tmp_path / "stranger").certificate
        assert "away" in (probe(connect(replicated.url(ssl_ca_certs=stranger))) or "")
