"""Real servers for tests, each in a temporary folder on a free loopback port, ended when the block ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from haetae.embedded.child import Child, running
from haetae.embedded.ports import any_free
from haetae.embedded.postgres import Postgres
from haetae.embedded.redis import Redis
from haetae.embedded.triton import Triton, find_environment

_PASSWORD = "only for tests: ü'\"@:/ %"


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[Postgres, Child]]:
    """An empty database `haetae` with pgvector. The password is one that badly quoted addresses choke on."""
    part = Postgres(folder / "data", any_free(), password=_PASSWORD, admin_password=_PASSWORD)
    with running(part, folder / "postgres.log") as child:
        yield part, child


@contextmanager
def redis(folder: Path) -> Iterator[tuple[Redis, Child]]:
    """An empty Redis with an append-only file."""
    part = Redis(folder / "data", any_free(), password="only-for-tests")
    with running(part, folder / "redis.log") as child:
        yield part, child


@contextmanager
def triton(folder: Path, repository: Path) -> Iterator[tuple[Triton, Child]]:
    """The real tritonserver with the models of `repository`. Raises Misconfigured where it cannot run."""
    part = Triton(find_environment(), folder, repository, any_free())
    with running(part, folder / "triton.log", within_s=240) as child:
        yield part, child
