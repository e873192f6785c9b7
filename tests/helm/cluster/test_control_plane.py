"""What the other tests lean on: this control plane really admits, refuses, schedules and rolls out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helm.binaries.programs import HELM_VERSION, KUBERNETES_VERSION
from tests.helm.cluster.kubernetes import Cluster, run
from tests.helm.cluster.stages import NEVER_READY

pytestmark = [pytest.mark.integration, pytest.mark.peer]

_SAFE = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
_SIZE = {"cpu": "10m", "memory": "16Mi"}


def _deployment(namespace: str, image: str) -> dict[str, Any]:
    container = {"name": "c", "image": image, "securityContext": _SAFE, "resources": {"requests": _SIZE, "limits": _SIZE}}
    template = {"metadata": {"labels": {"app": "c"}}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "c", "namespace": namespace},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "c"}}, "template": template},
    }


def _pod(namespace: str, **container: Any) -> str:
    spec = {"containers": [{"name": "c", "image": "any:1", **container}]}
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": namespace}, "spec": spec})


def test_versions_are_those_that_charts_ask_for(cluster: Cluster) -> None:
    """Server, kubectl and helm say the versions that they were built from, so a chart's kubeVersion is really compared."""
    said = json.loads(cluster.kubectl("version", "--output=json"))
    assert {said["serverVersion"]["gitVersion"], said["clientVersion"]["gitVersion"]} == {f"v{KUBERNETES_VERSION}"}
    assert run("helm", "version", "--template={{.Version}}").out == f"v{HELM_VERSION}"


def test_a_deployment_becomes_ready_or_stays_pending_as_its_image_says(cluster: Cluster, namespace: str) -> None:
    """Pods of an ordinary image run; a `never-ready` image leaves the rollout unfinished and the old pods serving."""
    cluster.apply(_deployment(namespace, "any:1"))
    cluster.kubectl("rollout", "status", "deployment/c", f"--namespace={namespace}", "--timeout=60s")
    cluster.apply(_deployment(namespace, f"any:{NEVER_READY}"))
    late = cluster.try_kubectl("rollout", "status", "deployment/c", f"--namespace={namespace}", "--timeout=4s")
    assert late.code != 0
    pods = cluster.objects("pods", namespace)
    assert sorted({(pod["spec"]["containers"][0]["image"], pod["status"]["phase"]) for pod in pods}) == [
        ("any:1", "Running"),
        (f"any:{NEVER_READY}", "Pending"),
    ]


def test_what_restricted_forbids_is_refused(cluster: Cluster, namespace: str) -> None:
    """A pod that does not give up its privileges is refused by the namespace, and says which it kept."""
    kept = {name: value for name, value in _SAFE.items() if name != "capabilities"}
    refused = cluster.try_kubectl(
        "create", "-f", "-", stdin=_pod(namespace, securityContext=kept, resources={"requests": _SIZE, "limits": _SIZE})
    )
    assert refused.code != 0
    assert 'violates PodSecurity "restricted' in refused.said
    assert "unrestricted capabilities" in refused.said


def test_a_pod_without_limits_is_refused(cluster: Cluster, namespace: str) -> None:
    """A container that does not say what it may take is not admitted."""
    refused = cluster.try_kubectl("create", "-f", "-", stdin=_pod(namespace, securityContext=_SAFE))
    assert refused.code != 0
    assert "No limit is specified" in refused.said
