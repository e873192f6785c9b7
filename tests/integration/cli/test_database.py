"""`haetae database` as a user, or a job, runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from haetae.embedded.child import running
from haetae.embedded.ports import any_free
from haetae.embedded.postgres import Postgres
from haetae.store.revisions import known_revisions
from tests.kit.schemas import own_schema

pytestmark = pytest.mark.integration
NEWEST = known_revisions()[0]


def started(url: str, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "HAETAE_POSTGRES__URL": url}
    command = [sys.executable, "-m", "haetae.cli.main", "database", *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def database(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    with started(url, *words) as command:
        out, told = command.communicate(timeout=120)
    return subprocess.CompletedProcess(command.args, command.returncode, out, told)


def test_a_schema_is_made_and_then_nothing_is_missing(postgres_url: str) -> None:
    """From nothing to the newest, told; again: nothing. The status says whether this program can work, also by its end."""
    with own_schema(postgres_url, "cli_database") as url:
        before = database(url, "status", "--json")
        assert before.returncode == 1
        assert json.loads(before.stdout) == {"has": None, "needs": NEWEST, "serves": False}
        made = database(url, "migrate", "--json")
        assert made.returncode == 0, made.stderr
        assert json.loads(made.stdout) == {"from": None, "to": NEWEST}
        again = database(url, "migrate")
        assert again.returncode == 0
        assert "Nothing was missing" in again.stderr
        after = database(url, "status", "--json")
        assert (after.returncode, json.loads(after.stdout)["serves"]) == (0, True)


def test_a_migration_waits_for_the_server(tmp_path: Path) -> None:
    """A job that is started before PostgreSQL ends well once that answers."""
    part = Postgres(tmp_path / "data", any_free(), password="x", admin_password="x")
    with running(part, tmp_path / "first.log"):
        pass  # the cluster is made, and stopped again
    with started(part.url, "migrate", "--wait", "100", "--json") as job:
        assert job.stderr is not None
        assert "Waiting" in job.stderr.readline()
        with running(part, tmp_path / "second.log"):
            out, told = job.communicate(timeout=100)
    assert job.returncode == 0, told
    assert json.loads(out)["to"] == NEWEST


def test_a_server_that_does_not_come_is_a_failure() -> None:
    """Without patience the end is 1, and no password is told."""
    failed = database(f"postgresql://haetae:geheim@127.0.0.1:{any_free()}/haetae", "migrate")
    assert failed.returncode == 1
    assert "PostgreSQL is away" in failed.stderr
    assert "geheim" not in failed.stderr
