"""Real Redis servers as the chart is told of them: one, one over TLS, and a set behind Sentinels."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from haetae.embedded.ports import LOOPBACK
from tests.integration.bus.redis_server import RedisServer
from tests.integration.bus.redis_set import OF_SENTINELS, SERVICE, redis_set
from tests.integration.bus.redis_set import PASSWORD as OF_SERVERS
from tests.kit.certificates import Authority

USER, DATABASE = "haetae", 3
_PASSWORD = "only for tests: ü'\"@:/ %"
_QUOTED = quote(_PASSWORD, safe="")
_NETWORKS = ["127.0.0.0/8"]


@dataclass(frozen=True, slots=True)
class Told:
    """One Redis: the chart's values for it, what its Secret holds, and the address that the services would take."""

    values: Mapping[str, Any]
    secret: Mapping[str, str]
    url: str
    authority: Path | None = None  # whose certificate the Secret `redis-ca` holds
    server: RedisServer | None = field(default=None, repr=False)  # where there is only one


@contextmanager
def alone(folder: Path) -> Iterator[Told]:
    """One server with a password."""
    with _one(folder) as (server, addressed):
        url = f"redis://:{_QUOTED}@{LOOPBACK}:{server.port}/0"
        values = {"mode": "external", "external": addressed}
        yield Told(values, {"redis-password": _PASSWORD, "redis-url": url}, url, server=server)


@contextmanager
def over_tls(folder: Path) -> Iterator[Told]:
    """One server that speaks TLS only, with a user and a database of our own."""
    authority = Authority(folder / "authority")
    user = ("--user", USER, "on", f">{_PASSWORD}", "~*", "&*", "+@all")
    with _one(folder, *user, password="of the default user", authority=authority) as (server, addressed):
        url = f"rediss://{USER}:{_QUOTED}@{LOOPBACK}:{server.port}/{DATABASE}?ssl_ca_certs={authority.certificate}"
        external = {**addressed, "tls": True, "user": USER, "database": DATABASE}
        values = {"mode": "external", "external": external, "caSecret": "redis-ca"}
        yield Told(values, {"redis-password": _PASSWORD, "redis-url": url}, url, authority.certificate)


@contextmanager
def behind_sentinels(folder: Path) -> Iterator[Told]:
    """Three servers and three Sentinels, with a password for these and another one for those, and as many shards as in a city."""
    with redis_set(_binary(), folder / "set", patience_s=600.0) as made:
        addresses = [f"{LOOPBACK}:{port}" for port in made.sentinels]
        external = {"addresses": addresses, "service": SERVICE, "networks": _NETWORKS}
        keys = {"sentinelPassword": "redis-sentinel-password"}
        secret = {"redis-password": OF_SERVERS, "redis-sentinel-password": OF_SENTINELS, "redis-url": made.url()}
        yield Told({"mode": "sentinel", "external": external, "keys": keys, "frameShards": 64}, secret, made.url())


WAYS: Mapping[str, Callable[[Path], AbstractContextManager[Told]]] = {
    "alone": alone,
    "over TLS": over_tls,
    "behind Sentinels": behind_sentinels,
}


@contextmanager
def _one(
    folder: Path, *options: str, password: str = _PASSWORD, authority: Authority | None = None
) -> Iterator[tuple[RedisServer, dict[str, Any]]]:
    """A server, and where the chart is told that it is; `password`: of the user that is asked for where none is named."""
    folder.mkdir(parents=True, exist_ok=True)
    server = RedisServer(_binary(), folder, "--requirepass", password, *options, password=password, authority=authority)
    server.start()
    try:
        yield server, {"addresses": [f"{LOOPBACK}:{server.port}"], "networks": _NETWORKS}
    finally:
        server.kill()


def _binary() -> Path:
    """The machine's own server: that of the wheel knows neither TLS nor what KEDA asks for."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        pytest.skip("no redis-server here")
    return Path(found)
