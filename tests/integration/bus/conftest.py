"""Each bus test runs on every Redis that Haetae must be right on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.integration.bus.redis_server import RedisServer, binaries


@pytest.fixture(scope="session", params=["wheel", pytest.param("system", marks=pytest.mark.peer)])
def _server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    binary = binaries()[request.param]
    if binary is None:
        pytest.skip(f"no {request.param} redis-server here")
    server = RedisServer(binary, tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(_server: RedisServer) -> RedisServer:
    """An empty server that runs, whatever the test before did to it."""
    _server.client().flushall()
    return _server


@pytest.fixture
def client(server: RedisServer) -> Iterator[redis.Redis]:
    """A client of the empty server."""
    with server.client() as client:
        yield client
