"""Services that are started before the database is migrated: they wait, say why, and work without being started again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from haetae.embedded.ports import any_free
from haetae.store.engine import open_unlimited
from haetae.store.migration import migrate
from haetae.store.revisions import known_revisions
from tests.kit.schemas import own_schema
from tests.kit.waiting import until

pytestmark = pytest.mark.integration
ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {
    "services.ingest": "HAETAE_INGEST__PORT",
    "services.reid": "HAETAE_REID__PORT",
    "services.alert": "HAETAE_ALERT__PORT",
    "services.alert.delivery": "HAETAE_ALERT__DELIVERY_PORT",
    "services.search": "HAETAE_SEARCH__PORT",
}


@contextmanager
def program(module: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def problem_of(port: int) -> str | None:
    """What the program says of PostgreSQL: "" where nothing is wrong, None where it does not answer yet."""
    try:
        told: dict[str, Any] = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=15, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return None
    return str(told["problems"].get("postgres", ""))


def set_back(url: str, revision: str) -> None:
    """The database as a version before had it, as far as programs can tell."""
    engine = open_unlimited(url, application_name="tests")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    engine.dispose()


def test_programs_wait_for_the_schema(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    """With no schema each one runs, is not ready and names both revisions; migrated, it is ready by itself; set back, not."""
    ports = {module: any_free() for module in PROGRAMS}
    newest, older = known_revisions()[:2]
    with own_schema(postgres_url, "schema_first") as url, ExitStack() as running:
        common = {
            "HAETAE_POSTGRES__URL": url,
            "HAETAE_REDIS__URL": redis_url,
            "HAETAE_BLOBS__FOLDER": str(tmp_path),
            "HAETAE_TRITON__ADDRESS": f"127.0.0.1:{any_free()}",
        }
        processes = [
            running.enter_context(program(module, {**common, PROGRAMS[module]: str(port)})) for module, port in ports.items()
        ]

        def all_say(words: str) -> bool:
            told = [problem_of(port) for port in ports.values()]
            return all(one is not None and (words in one if words else not one) for one in told)

        until(
            lambda: all_say(f"has schema None, this program needs {newest}"), "all wait for the schema", within_s=120, every_s=0.5
        )
        migrate(url)
        until(lambda: all_say(""), "all find the schema", within_s=60, every_s=0.5)
        set_back(url, older)
        until(lambda: all_say(f"has schema {older}"), "all see that something is missing", within_s=60, every_s=0.5)
        assert [process.poll() for process in processes] == [None] * len(processes)
