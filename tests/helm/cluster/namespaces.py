"""Namespaces as a city's cluster gives them out: "restricted" enforced, a quota, defaults and bounds for every container."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from tests.helm.cluster.kubernetes import Cluster, Object

_NUMBERS = count(1)
_LEVEL = "pod-security.kubernetes.io"


def _namespace(name: str) -> Object:
    labels = {f"{_LEVEL}/{what}": "restricted" for what in ("enforce", "warn", "audit")}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def _quota(name: str) -> Object:
    """A quota refuses every pod that does not say what it asks for and what it may take."""
    hard = {
        "requests.cpu": "100",
        "requests.memory": "400Gi",
        "limits.cpu": "400",
        "limits.memory": "800Gi",
        "pods": "200",
        "requests.storage": "20Ti",
        "services.loadbalancers": "1",
    }
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "quota", "namespace": name},
        "spec": {"hard": hard},
    }


def _limits(name: str) -> Object:
    """Bounds of whole pods, which give no container a default: one that does not say what it may take is refused."""
    bounds = {"type": "Pod", "max": {"cpu": "64", "memory": "256Gi"}}
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "limits", "namespace": name},
        "spec": {"limits": [bounds]},
    }


@contextmanager
def restricted_namespace(cluster: Cluster) -> Iterator[str]:
    """The name of a new namespace with all of that, for as long as the block lasts."""
    name = f"city-{next(_NUMBERS)}"
    cluster.apply(_namespace(name), _quota(name), _limits(name))
    try:
        yield name
    finally:
        cluster.kubectl("delete", "namespace", name, "--wait=false")
