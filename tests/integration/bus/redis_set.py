"""A Redis of several servers whose master Sentinels choose: every one a real process that may be killed and frozen."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.integration.bus.redis_server import RedisServer, tls_options
from tests.kit.certificates import Authority
from tests.kit.waiting import until

SERVICE = "haetae"
PASSWORD, OF_SENTINELS = "of the servers: /@,;%", "of the sentinels: /@,;%"


@dataclass
class RedisSet:
    """The servers by port, and the Sentinels' ports."""

    servers: dict[int, RedisServer]
    sentinels: list[int]
    authority: Authority | None = None  # of their TLS

    def url(self, **asked: object) -> str:
        """The address that the settings take; further parts of its query as told."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        said: dict[str, object] = {"service": SERVICE, "sentinel_password": OF_SENTINELS}
        if self.authority:
            said["ssl_ca_certs"] = self.authority.certificate
        said |= asked
        query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in said.items())
        return f"redis{'s' if self.authority else ''}+sentinel://:{quote(PASSWORD, safe='')}@{hosts}/0?{query}"

    def master(self) -> int:
        """The port of the master, as a Sentinel sees it."""
        told: Any = self.sentinel(self.sentinels[0]).sentinel_get_master_addr_by_name(SERVICE)
        return int(told[1])

    def at(self, port: int) -> redis.Redis:
        """A client of one server."""
        return self._client(port, PASSWORD)

    def sentinel(self, port: int) -> redis.Redis:
        """A client of one Sentinel."""
        return self._client(port, OF_SENTINELS)

    def is_whole(self) -> bool:
        """Whether every Sentinel knows the others, and the master and two replicas that follow it."""
        try:
            replication: Any = self.at(self.master()).info("replication")
            known: list[Any] = [self.sentinel(port).sentinel_master(SERVICE) for port in self.sentinels]
        except redis.RedisError:  # between two masters
            return False
        following = [replication[f"slave{n}"]["state"] == "online" for n in range(replication["connected_slaves"])]
        return following == [True, True] and all(
            (seen["num-slaves"], seen["num-other-sentinels"]) == (2, len(self.sentinels) - 1) for seen in known
        )

    def answers(self) -> bool:
        """Whether every Sentinel does."""
        try:
            return all(self.sentinel(port).ping() for port in self.sentinels)
        except redis.RedisError:
            return False

    def _client(self, port: int, password: str) -> redis.Redis:
        """A client that gives up at once."""
        tls: dict[str, Any] = {"ssl": True, "ssl_ca_certs": str(self.authority.certificate)} if self.authority else {}
        usual: dict[str, Any] = {"protocol": 2, "socket_timeout": 10, "retry": Retry(NoBackoff(), 0), "decode_responses": True}
        return redis.Redis("127.0.0.1", port, password=password, **usual, **tls)


@contextmanager
def redis_set(binary: Path, folder: Path, authority: Authority | None = None, *, patience_s: float = 1.0) -> Iterator[RedisSet]:
    """One master, two replicas, three Sentinels of which two must agree; all ended with the block. With an authority over TLS.

    A master that is silent for `patience_s` is replaced.
    """
    auth = ("--requirepass", PASSWORD, "--masterauth", PASSWORD)
    first = _server(binary, folder / "0", authority, *auth)
    follows = ("--replicaof", "127.0.0.1", str(first.port))
    servers = [first, *(_server(binary, folder / str(n), authority, *auth, *follows) for n in (1, 2))]
    made = RedisSet({server.port: server for server in servers}, [_free() for _ in range(3)], authority)
    running: list[subprocess.Popen[bytes]] = []
    try:
        for server in servers:
            server.start()
        running = [
            _sentinel(binary, folder / f"sentinel-{port}", (port, first.port), authority, patience_s) for port in made.sentinels
        ]
        until(made.answers, "the Sentinels answer", within_s=60)
        until(made.is_whole, "the set is whole", within_s=60)
        yield made
    finally:
        for server in servers:
            server.kill()
        for process in running:
            process.kill()
            process.wait()


def _server(binary: Path, folder: Path, authority: Authority | None, *options: str) -> RedisServer:
    folder.mkdir(parents=True)
    return RedisServer(binary, folder, *options, password=PASSWORD, authority=authority)


def _sentinel(
    binary: Path, folder: Path, ports: tuple[int, int], authority: Authority | None, patience_s: float
) -> subprocess.Popen[bytes]:
    """`ports` are its own and the first master's."""
    folder.mkdir(parents=True)
    port, master = ports
    tls = tls_options(authority, folder, port) if authority else {"port": str(port)}
    file = folder / "sentinel.conf"
    file.write_text(
        "".join(f"{name} {value}\n" for name, value in tls.items()) + f"bind 127.0.0.1\ndir {folder}\n"
        f'requirepass "{OF_SENTINELS}"\nsentinel sentinel-pass "{OF_SENTINELS}"\n'
        f"sentinel monitor {SERVICE} 127.0.0.1 {master} 2\n"
        f'sentinel auth-pass {SERVICE} "{PASSWORD}"\n'
        f"sentinel down-after-milliseconds {SERVICE} {patience_s * 1000:.0f}\n"
        f"sentinel failover-timeout {SERVICE} 5000\n"
    )
    return subprocess.Popen([str(binary), str(file), "--sentinel"], stdout=subprocess.DEVNULL)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
