"""Objects of kinds that other software defines appear where a cluster has that software, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.profiles import SMALL, bring_secrets
from tests.helm.cluster.release import Release, merged
from tests.helm.cluster.software import KINDS, having

pytestmark = [pytest.mark.integration, pytest.mark.peer]


@dataclass(frozen=True, slots=True)
class Optional:
    """Software that a cluster may have, and the values that make the chart use it, or not."""

    software: str
    wanted: Mapping[str, Any]
    unwanted: Mapping[str, Any]
    by_itself: bool  # the chart looks whether the cluster has it; else the one who installs says so

    @property
    def kinds(self) -> frozenset[str]:
        """Those that the chart makes objects of."""
        return KINDS[self.software]


_SCALED = {name: {"autoscaling": {"enabled": True}} for name in ("ingest", "detect", "reid", "delivery")}
_FRONT = {"host": "haetae.example", "gateway": {"enabled": True, "parentRefs": [{"name": "city", "namespace": "gateways"}]}}
ALL = (
    Optional("keda", {**_SCALED, "autoscaling": {"keda": "auto"}}, {**_SCALED, "autoscaling": {"keda": "never"}}, by_itself=True),
    Optional(
        "prometheus",
        {"monitoring": {"serviceMonitor": "auto", "rules": "auto"}},
        {"monitoring": {"serviceMonitor": "never", "rules": "never"}},
        by_itself=True,
    ),
    Optional("cert-manager", {"tls": {"internal": {"enabled": True, "issuer": {"name": "city"}}}}, {}, by_itself=False),
    Optional("gateway-api", {"front": _FRONT}, {}, by_itself=False),
)


def _release(cluster: Cluster, namespace: str, values: Mapping[str, Any]) -> Release:
    bring_secrets(cluster, namespace)
    return Release(cluster, namespace, profile=SMALL.files, values=merged({"backup": {"enabled": False}}, values))


@pytest.mark.parametrize("optional", ALL, ids=lambda one: one.software)
def test_objects_appear_where_the_cluster_knows_them(cluster: Cluster, namespace: str, optional: Optional) -> None:
    """With the software, and wanted: its objects are made, and the server finds nothing wrong with them. Unwanted: none."""
    with having(cluster, optional.software):
        release = _release(cluster, namespace, optional.wanted)
        release.install()
        assert {kind for kind in optional.kinds if cluster.objects(kind, namespace)} == optional.kinds
        release.check_strictly()
        release.uninstall()
        release = _release(cluster, namespace, optional.unwanted)
        release.install()
        assert [kind for kind in optional.kinds if cluster.objects(kind, namespace)] == []
        release.uninstall()


@pytest.mark.parametrize("optional", [one for one in ALL if one.by_itself], ids=lambda one: one.software)
def test_a_cluster_without_it_is_no_hindrance(cluster: Cluster, namespace: str, optional: Optional) -> None:
    """Left to the chart, a cluster that lacks the software gets a release without its objects."""
    assert not [kind for kind in optional.kinds if cluster.knows(kind)]
    _release(cluster, namespace, optional.wanted).install()


@pytest.mark.parametrize("optional", [one for one in ALL if not one.by_itself], ids=lambda one: one.software)
def test_what_is_asked_for_and_missing_is_said(cluster: Cluster, namespace: str, optional: Optional) -> None:
    """Asked for by name where the cluster lacks the software, the installation is refused and says why."""
    outcome = _release(cluster, namespace, optional.wanted).try_install()
    assert outcome.code != 0
    assert any(kind.partition(".")[2] in outcome.said for kind in optional.kinds), outcome.said
