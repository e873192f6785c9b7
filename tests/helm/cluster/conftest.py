"""The control plane that these tests share, and a namespace for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helm.binaries.programs import missing
from tests.helm.cluster.control_plane import control_plane
from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.namespaces import restricted_namespace


@pytest.fixture(scope="session")
def programs() -> None:
    """helm, kubectl and those of the control plane. Skips where they are not built."""
    if absent := missing():
        pytest.skip(f"not built, see tests/helm/binaries: {', '.join(absent)}")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, programs: None) -> Iterator[Cluster]:
    """A control plane with played nodes."""
    with control_plane(tmp_path_factory.mktemp("kubernetes")) as cluster:
        yield cluster


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace that enforces "restricted", with a quota."""
    with restricted_namespace(cluster) as name:
        yield name
