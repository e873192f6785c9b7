"""Haetae on a node under test: images in, the small profile where "restricted" is enforced, a key to ask with."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
from typing import Any

from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.release import Release
from tests.helm.node.layout import PODS, Layout

NAMESPACE = "haetae"
SERVICE_IMAGE = "localhost/haetae/service:0.1.0"
NEXT_TAG = "0.1.0-next"
_OWN = ("pause", "coredns")  # brought in when the node starts


def load_images(layout: Layout) -> dict[str, int]:
    """Brings every archive in; MiB by name. The services' image gets a second tag, for an upgrade to it."""
    loaded = {}
    for archive in sorted(layout.images.glob("*.tar")):
        if archive.stem not in _OWN:
            _ctr(layout, "import", str(archive))  # unpacked at once, not with the first container
            loaded[archive.stem] = archive.stat().st_size >> 20
    _ctr(layout, "tag", "--force", SERVICE_IMAGE, f"{SERVICE_IMAGE.partition(':')[0]}:{NEXT_TAG}")
    return loaded


def _ctr(layout: Layout, *arguments: str) -> None:
    command = ["ctr", "--address", str(layout.socket), "--namespace", "k8s.io", "images", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.stderr}"


def values() -> dict[str, Any]:
    """Over the small profile: images from archives, cameras among the pods, and requests that two processors can meet."""
    small = {"resources": {"requests": {"cpu": "30m"}}}
    parts = ("ingest", "detect", "reid", "alert", "delivery", "search", "triton", "models", "migration", "test", "backup")
    return {
        "image": {"registry": "localhost", "pullPolicy": "Never"},
        "sources": {"privateNetworks": [PODS]},
        "postgresql": {"internal": small},
        "redis": {"internal": small},
        **dict.fromkeys(parts, small),
    }


def prepare(cluster: Cluster) -> Release:
    """The namespace and its Secret; the release that may now be installed."""
    level = {"pod-security.kubernetes.io/enforce": "restricted"}
    fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    passwords = {name: secrets.token_hex() for name in ("postgres-password", "postgres-admin-password", "redis-password")}
    cluster.apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": level}},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "haetae", "namespace": NAMESPACE},
            "stringData": {**passwords, "credential-keys": json.dumps([fernet])},
        },
    )
    return Release(cluster, NAMESPACE, profile=("small",), values=values())


def address_of(cluster: Cluster, service: str, port: int, namespace: str = NAMESPACE) -> str:
    """host:port of a Service, as this machine reaches it."""
    path = "jsonpath={.spec.clusterIP}"
    return f"{cluster.kubectl('get', f'service/{service}', f'--namespace={namespace}', f'--output={path}')}:{port}"


def administrator_key(cluster: Cluster) -> str:
    """A key of the first administrator, made as docs/deploy.md says."""
    verb = ("python", "-m", "haetae.cli.main", "database", "administrator")
    return cluster.kubectl("exec", f"--namespace={NAMESPACE}", "deployment/haetae-search", "--", *verb).splitlines()[0].strip()
