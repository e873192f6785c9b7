"""A control plane of these tests' own, on which the operators run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helm.binaries.programs import missing as missing_of_kubernetes
from tests.helm.cluster.control_plane import control_plane
from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.namespaces import restricted_namespace
from tests.helm.operators import operators, programs


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A control plane with played nodes that lets others serve parts of its API. Skips where programs are not built."""
    if absent := missing_of_kubernetes() + programs.missing():
        pytest.skip(f"not built, see tests/helm/README.md: {', '.join(absent)}")
    folder = tmp_path_factory.mktemp("kubernetes")
    with control_plane(folder, operators.front_proxy(folder)) as cluster:
        yield cluster


@pytest.fixture
def namespace(bare: Cluster) -> Iterator[str]:
    """A namespace that enforces "restricted", with a quota."""
    with restricted_namespace(bare) as name:
        yield name


@pytest.fixture(scope="module")
def with_cert_manager(bare: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster with cert-manager."""
    with operators.cert_manager(bare, tmp_path_factory.mktemp("cert-manager")):
        yield bare


@pytest.fixture(scope="module")
def with_keda(bare: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster with KEDA."""
    with operators.keda(bare, tmp_path_factory.mktemp("keda")):
        yield bare
