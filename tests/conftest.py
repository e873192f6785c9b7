"""Session fixtures: the real servers that integration tests share, and the files that are not in the repository.

Each pytest-xdist worker has servers of its own. Tests give their keys and tables names of their own, or flush.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from haetae.embedded.triton import find_environment
from haetae.errors import Misconfigured
from tests.kit import servers
from tests.kit.schemas import take_away_tables_of_nobody

if TYPE_CHECKING:
    from tests.kit.dealing import ByServers

_PEERS_REQUIRED = os.environ.get("HAETAE_PEERS") == "required"
_SHARED = Path(__file__).resolve().parents[2] / "shared"
_POSTGRES = pytest.StashKey[str]()  # the URL of the session's server, once it runs


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByServers:
    """With pytest-xdist, tests that share servers stay in one process."""
    from tests.kit.dealing import ByServers

    return ByServers(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where peers are required (CI installs them), a test that skips because anything is missing fails.

    A `skipif` is another matter: it says for whom the test is (root, say), not what it lacks.
    """
    report = yield
    if report.skipped and _PEERS_REQUIRED and item.get_closest_marker("skipif") is None:
        report.outcome = "failed"
        report.longrepr = f"HAETAE_PEERS=required, but it was skipped: {report.longrepr}"
    return report


def _shared_folder(name: str) -> Path:
    folder = _SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the folder ../shared/{name} beside the checkout is missing")
    return folder


@pytest.fixture(scope="session")
def clips_folder() -> Path:
    """Real clips: Retail02_short.mp4, bodypose.mp4, one-by-one-person-detection.mp4, car-detection.mp4 and smaller ones."""
    return _shared_folder("clips")


@pytest.fixture(scope="session")
def models_mirror() -> Path:
    """The folder that stands in for the public sources of the networks."""
    return _shared_folder("models")


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[str]:
    """SQLAlchemy URL of an empty database with pgvector, whose user is no superuser; its schema `public` stays without tables."""
    with servers.postgres(tmp_path_factory.mktemp("postgres")) as (part, _):
        pytestconfig.stash[_POSTGRES] = part.url
        yield part.url
        del pytestconfig.stash[_POSTGRES]


@pytest.fixture(scope="module", autouse=True)
def _nothing_in_public(request: pytest.FixtureRequest) -> Iterator[None]:
    """A module that left tables in `public` of the shared database fails: all later ones would find them before their own."""
    yield
    url = request.config.stash.get(_POSTGRES, None)
    left = take_away_tables_of_nobody(url) if url else []
    assert left == [], f"{request.module.__name__} made tables in the schema public of the database that all tests share: {left}"


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of an empty Redis."""
    with servers.redis(tmp_path_factory.mktemp("redis")) as (part, _):
        yield part.url


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory, models_mirror: Path) -> Path:
    """All networks of the catalogue, verified."""
    from haetae.models.pull import pull

    folder = tmp_path_factory.mktemp("models")
    pull(folder, mirror=models_mirror)
    return folder


@pytest.fixture(scope="session")
def triton_address(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Iterator[str]:
    """gRPC host:port of a real tritonserver with every network of the catalogue."""
    from haetae.models.networks import CATALOGUE
    from haetae.models.repository import lay_out

    try:
        find_environment()
    except Misconfigured as why:
        pytest.skip(f"no tritonserver: {why.message}")
    repository = tmp_path_factory.mktemp("repository")
    lay_out(models_folder, repository, tuple(CATALOGUE))
    with servers.triton(tmp_path_factory.mktemp("triton"), repository) as (part, _):
        yield part.address
