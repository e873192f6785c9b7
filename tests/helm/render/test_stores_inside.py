"""PostgreSQL and Redis inside the chart: their scripts and configuration, run by the real programs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg2
import pytest
import redis

from haetae.embedded.ports import any_free
from haetae.embedded.postgres import _binaries
from haetae.embedded.redis import find_server
from tests.helm.render.chart import CHART, Manifest
from tests.helm.render.manifests import named
from tests.kit import servers
from tests.kit.waiting import until

PASSWORD = 'it\'s "odd" \\ $HOME %'


def test_the_application_gets_its_role_its_database_and_vectors(tmp_path: Path) -> None:
    """The script of a new cluster makes a role without rights over others, with any password, and vectors in its database."""
    text = (CHART / "files" / "postgresql" / "10-application.sh").read_text(encoding="utf-8")
    script = text.replace("ROLE haetae", "ROLE site").replace("DATABASE haetae", "DATABASE site")
    script = script.replace("OWNER haetae", "OWNER site").replace("dbname haetae", "dbname site")
    with servers.postgres(tmp_path) as (part, _):
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(part.port), "PGPASSWORD": servers._PASSWORD}
        told = {**place, "PATH": f"{_binaries()}{os.pathsep}{os.environ['PATH']}", "HAETAE_PASSWORD": PASSWORD}
        done = subprocess.run(["sh", "-c", script], env=told, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        connection = psycopg2.connect(host="127.0.0.1", port=part.port, user="site", password=PASSWORD, dbname="site")
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (False,)
            cursor.execute("SELECT '[1,2]'::vector")
            cursor.execute("SELECT has_database_privilege('public', current_database(), 'CONNECT')")
            assert cursor.fetchone() == (False,)
        connection.close()


@pytest.mark.peer
def test_redis_starts_with_the_chart_s_configuration(tmp_path: Path, small: list[Manifest]) -> None:
    """The server takes every line, asks for the password, keeps an append-only file; no process list shows the password."""
    files = named(small, "ConfigMap", "haetae-redis")["data"]
    port = any_free()
    for folder in ("etc", "run", "data", "bin"):
        (tmp_path / folder).mkdir()
    (tmp_path / "bin" / "valkey-server").symlink_to(find_server()[0])
    configuration = files["valkey.conf"].replace("dir /data", f"dir {tmp_path / 'data'}")
    (tmp_path / "etc" / "valkey.conf").write_text(f"{configuration}\nport {port}\nbind 127.0.0.1\n", encoding="utf-8")
    script = files["start.sh"].replace("/etc/valkey", str(tmp_path / "etc")).replace("/run/valkey", str(tmp_path / "run"))
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    server = subprocess.Popen(["sh", "-c", script], env={"PATH": path, "REDIS_PASSWORD": "only-for-tests"})
    try:
        client = redis.Redis(port=port, password="only-for-tests")
        until(lambda: _answers(client), "the server answers")
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).ping()
        shown = Path(f"/proc/{server.pid}/cmdline").read_bytes()
        assert b"127.0.0.1" in shown  # the server itself: it took the shell's place
        assert b"only-for-tests" not in shown
    finally:
        server.terminate()
        server.wait(20)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
