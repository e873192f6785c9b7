"""Software that a cluster may have beside Kubernetes: the kinds that it brings, as far as the chart makes objects of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.helm.binaries.programs import folder
from tests.helm.cluster.kubernetes import Cluster
from tests.kit.waiting import until

KINDS: Mapping[str, frozenset[str]] = {
    "keda": frozenset({"scaledobjects.keda.sh", "triggerauthentications.keda.sh"}),
    "prometheus": frozenset({"servicemonitors.monitoring.coreos.com", "prometheusrules.monitoring.coreos.com"}),
    "cert-manager": frozenset({"certificates.cert-manager.io"}),
    "gateway-api": frozenset({"httproutes.gateway.networking.k8s.io"}),
}


def _file(software: str, kind: str) -> Path:
    """The definition of that kind: the files are called <group>_<plural>.yaml."""
    plural, _, group = kind.partition(".")
    (found,) = (folder() / "kinds" / software).rglob(f"{group}_{plural}.yaml")
    return found


@contextmanager
def having(cluster: Cluster, *software: str) -> Iterator[None]:
    """The cluster knows the kinds of that software for as long as the block lasts, and no objects of them afterwards."""
    kinds = sorted(kind for one in software for kind in KINDS[one])
    files = [f"--filename={_file(one, kind)}" for one in software for kind in sorted(KINDS[one])]
    if files:
        cluster.kubectl("apply", "--server-side", *files)
    for kind in kinds:
        until(lambda kind=kind: cluster.knows(kind), f"{kind} is served", within_s=60, every_s=0.3)  # type: ignore[misc]
    try:
        yield
    finally:
        if files:
            cluster.kubectl("delete", "--wait=false", *files)
        for kind in kinds:
            until(lambda kind=kind: not cluster.knows(kind), f"{kind} is gone", within_s=90, every_s=0.5)  # type: ignore[misc]
