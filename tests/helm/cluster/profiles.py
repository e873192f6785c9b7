"""What the one who installs brings along for each of the chart's profiles: Secrets, and the addresses of what runs elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.helm.cluster.kubernetes import Cluster


@dataclass(frozen=True, slots=True)
class Profile:
    """One way of installing: files of values, the other software that it leans on, what its files leave to be filled in."""

    files: tuple[str, ...]
    software: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


SMALL = Profile(("small",))
# Without CloudNativePG's operator: with a PostgreSQL that somebody runs elsewhere.
_ELSEWHERE = {"mode": "external", "external": {"host": "postgres.example", "networks": ["10.0.0.0/8"]}}
PROFILES = (
    SMALL,
    Profile(("small", "airgapped")),
    Profile(("city",), ("keda", "cert-manager", "prometheus"), {"postgresql": _ELSEWHERE}),
)

_KEYS = (
    "credential-keys",
    "postgres-password",
    "postgres-admin-password",
    "postgres-url",
    "postgres-admin-url",
    "redis-password",
    "redis-url",
    "s3-access-key",
    "s3-secret-key",
    "milvus-token",
)
BROUGHT_SECRETS = {"haetae": _KEYS, "haetae-ca": ("ca.crt",), "haetae-tls": ("tls.crt", "tls.key", "ca.crt")}


def bring_networks(cluster: Cluster, namespace: str) -> None:
    """Makes the claim that the air-gapped profile reads networks from."""
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "haetae-networks", "namespace": namespace},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        }
    )


def bring_secrets(cluster: Cluster, namespace: str) -> None:
    """Makes the Secrets, with contents that nobody reads here."""
    cluster.apply(
        *(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name, "namespace": namespace},
                "stringData": dict.fromkeys(keys, "only-for-tests"),
            }
            for name, keys in BROUGHT_SECRETS.items()
        )
    )
