"""What is left of a release once it is uninstalled."""

from __future__ import annotations

import pytest

from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.profiles import BROUGHT_SECRETS, SMALL, bring_secrets
from tests.helm.cluster.release import Release
from tests.kit.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.peer]

_ALWAYS_THERE = {"configmap/kube-root-ca.crt", "serviceaccount/default", "resourcequota/quota", "limitrange/limits"}
_SAID_TO_STAY = {f"persistentvolumeclaim/{name}" for name in ("haetae-blobs", "haetae-backups")}
_OF_STATEFUL_SETS = {f"persistentvolumeclaim/data-haetae-{name}-0" for name in ("postgresql", "redis")}


def _everything(cluster: Cluster, namespace: str) -> set[str]:
    """Every object of the namespace, of whichever kind the server has, as kind/name; events do not count."""
    kinds = cluster.kubectl("api-resources", "--namespaced", "--verbs=list", "--output=name").split()
    kinds = [kind for kind in kinds if kind.partition(".")[0] != "events"]
    listed = cluster.kubectl("get", ",".join(kinds), f"--namespace={namespace}", "--output=name").split()
    return {f"{kind.partition('.')[0]}/{name}" for kind, _, name in (line.partition("/") for line in listed)}


def test_only_data_and_secrets_are_left(cluster: Cluster, namespace: str) -> None:
    """Claims with what was collected stay, and the Secrets that somebody else made; nothing else does, after upgrades too."""
    bring_secrets(cluster, namespace)
    before = _everything(cluster, namespace)
    assert before == _ALWAYS_THERE | {f"secret/{name}" for name in BROUGHT_SECRETS}
    release = Release(cluster, namespace, profile=SMALL.files)
    release.install()
    assert release.upgrade({"logs": {"level": "WARNING"}}).code == 0
    release.uninstall()
    left = before | _SAID_TO_STAY | _OF_STATEFUL_SETS
    until(lambda: _everything(cluster, namespace) <= left, "all but data and Secrets gone", within_s=60, every_s=1)
    assert _everything(cluster, namespace) == left


def test_a_release_finds_its_data_again(cluster: Cluster, namespace: str) -> None:
    """Installed again under the same name, the release takes the claims that it left, and no new ones."""
    bring_secrets(cluster, namespace)
    release = Release(cluster, namespace, profile=SMALL.files)
    release.install()
    volumes = {one["metadata"]["name"]: one["spec"]["volumeName"] for one in cluster.objects("pvc", namespace)}
    release.uninstall()
    until(lambda: not cluster.objects("pods", namespace), "pods gone", within_s=60, every_s=0.5)
    again = release.try_install()
    assert again.code == 0, again.said
    assert {one["metadata"]["name"]: one["spec"]["volumeName"] for one in cluster.objects("pvc", namespace)} == volumes
