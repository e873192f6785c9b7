"""PostgreSQL and Redis as the stack starts them."""

from __future__ import annotations

import os
import pwd
import signal
import threading
from pathlib import Path

import psutil
import pytest
import redis
import sqlalchemy as sa

from haetae.embedded.child import Child, wait_until_ready
from haetae.embedded.ordinary_user import OrdinaryUser
from tests.kit import servers

pytestmark = pytest.mark.integration


def test_application_role_is_no_superuser_and_has_vectors(postgres_url: str) -> None:
    """The application owns its database, can use halfvec, and cannot read the server's files."""
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT '[1,0]'::halfvec <=> '[0,1]'::halfvec")) == pytest.approx(1)
        assert connection.scalar(sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) is False
        assert connection.scalar(sa.text("SHOW data_checksums")) == "on"
    engine.dispose()


def test_postgres_refuses_a_wrong_password(postgres_url: str) -> None:
    """Being on the same machine is not enough to read the sightings."""
    engine = sa.create_engine(sa.make_url(postgres_url).set(password="guess"))
    with pytest.raises(sa.exc.OperationalError, match="password authentication failed"):
        engine.connect()


def test_redis_refuses_strangers_and_never_evicts(redis_url: str) -> None:
    """Frames are readable with the password only; a full Redis refuses writes instead of forgetting messages."""
    client = redis.Redis.from_url(redis_url)
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
    client.close()
    stranger = redis.Redis(port=client.connection_pool.connection_kwargs["port"])
    with pytest.raises(redis.AuthenticationError):
        stranger.get("x")


def test_replied_writes_survive_a_kill_of_redis(tmp_path: Path) -> None:
    """`kill -9` of the server loses no write that it had replied to."""
    with servers.redis(tmp_path) as (part, child):
        client = redis.Redis.from_url(part.url)
        for n in range(200):
            client.xadd("s", {"n": n})
        os.kill(child.pid, signal.SIGKILL)
        child.kill()
        again = Child(part.name, part.command(), tmp_path / "again.log")
        try:
            wait_until_ready(part, again, 10)
            assert client.xlen("s") == 200
        finally:
            again.stop()
            client.close()


def test_committed_rows_survive_a_kill_of_postgres_and_a_second_start(tmp_path: Path) -> None:
    """A killed server comes back on the same folder with everything committed, also under a new port."""
    with servers.postgres(tmp_path) as (part, child):
        engine = sa.create_engine(part.url)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE t AS SELECT generate_series(1, 100) AS n"))
        engine.dispose()
        child.kill()
    with servers.postgres(tmp_path) as (part, child):
        engine = sa.create_engine(part.url)
        with engine.begin() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 100
        engine.dispose()


def test_a_second_start_waits_for_the_backends_of_a_killed_postgres(tmp_path: Path) -> None:
    """A backend that is slow to notice the kill holds the old memory, beside which no server starts: the start waits for it."""
    with servers.postgres(tmp_path) as (_, child):
        slow = psutil.Process(child.pid).children(recursive=True)[0]
        slow.suspend()
        child.kill()
    waking = threading.Timer(1.0, slow.resume)
    waking.start()
    try:
        with servers.postgres(tmp_path) as (part, _):
            assert part.not_ready() is None
            assert not waking.is_alive()
    finally:
        waking.join()


def test_no_process_is_left_and_no_password_is_shown(tmp_path: Path) -> None:
    """Command lines, readable by everybody, hold no password; after the end no process of the group is left."""
    with servers.postgres(tmp_path / "p") as (_, postgres), servers.redis(tmp_path / "r") as (_, server):
        for pid in (postgres.pid, server.pid):
            assert "only" not in " ".join(psutil.Process(pid).cmdline())
        group = [p.pid for p in psutil.Process(postgres.pid).children(recursive=True)] + [postgres.pid, server.pid]
    assert not [pid for pid in group if psutil.pid_exists(pid)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_becomes_an_ordinary_user_where_namespaces_are_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container root may not make user namespaces: PostgreSQL then runs as `nobody`, on a folder that is its own."""
    nobody = OrdinaryUser(user_id=pwd.getpwnam("nobody").pw_uid)
    monkeypatch.setattr("haetae.embedded.postgres.ordinary_user", lambda: nobody)
    for _ in range(2):
        with servers.postgres(tmp_path) as (part, child):
            assert psutil.Process(child.pid).uids().real == nobody.user_id
            engine = sa.create_engine(part.url)
            with engine.begin() as connection:
                connection.execute(sa.text("CREATE TABLE IF NOT EXISTS t (n int)"))
            engine.dispose()
