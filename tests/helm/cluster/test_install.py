"""The chart is installed on a control plane, in a namespace that enforces "restricted" and has a quota."""

from __future__ import annotations

import pytest

from tests.helm.cluster.kubernetes import Cluster, run
from tests.helm.cluster.profiles import PROFILES, SMALL, Profile, bring_networks, bring_secrets
from tests.helm.cluster.release import CHART, Release
from tests.helm.cluster.software import having
from tests.kit.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.peer]


def unhappy(cluster: Cluster, namespace: str) -> list[str]:
    """What was not admitted in the namespace, in the words of who refused it."""
    return [one["message"] for one in cluster.objects("events", namespace) if one["reason"] == "FailedCreate"]


def unready(cluster: Cluster, namespace: str) -> list[str]:
    """Whose pods are not all ready, by name."""
    found = [one for kind in ("deployments", "statefulsets") for one in cluster.objects(kind, namespace)]
    return [str(one["metadata"]["name"]) for one in found if one["status"].get("readyReplicas", 0) != one["spec"]["replicas"]]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: "+".join(one.files))
def test_every_pod_is_admitted_and_becomes_ready(cluster: Cluster, namespace: str, profile: Profile) -> None:
    """`helm install --wait` of each profile ends well; all that it asks for runs; no field is unknown, deprecated or dropped."""
    bring_secrets(cluster, namespace)
    bring_networks(cluster, namespace)
    with having(cluster, *profile.software):
        release = Release(cluster, namespace, profile=profile.files, values=profile.values)
        outcome = release.try_install()
        assert outcome.code == 0, outcome.said + str(unhappy(cluster, namespace))
        assert "arning" not in outcome.said
        # helm looks at replica sets, whose deployments may be told a moment later
        until(
            lambda: unready(cluster, namespace) == [], f"all that was asked for is ready in {namespace}", within_s=60, every_s=1
        )
        assert unhappy(cluster, namespace) == []
        release.check_strictly()
        release.test()
        release.uninstall()


@pytest.mark.usefixtures("programs")
def test_an_older_kubernetes_is_refused() -> None:
    """The chart says which versions it supports, and helm refuses an older one before anything is changed."""
    given = [str(CHART), f"--values={CHART / 'values-small.yaml'}"]
    assert run("helm", "template", "haetae", *given, "--kube-version=1.30.0").code == 0
    refused = run("helm", "template", "haetae", *given, "--kube-version=1.29.9")
    assert refused.code != 0
    assert "incompatible with Kubernetes v1.29.9" in refused.said


def test_without_keda_processor_time_scales(cluster: Cluster, namespace: str) -> None:
    """Where KEDA is not wanted, each scaled service gets a HorizontalPodAutoscaler that points at its Deployment."""
    bring_secrets(cluster, namespace)
    scaled = {"ingest", "detect", "reid", "delivery", "search"}
    values = {name: {"autoscaling": {"enabled": True}} for name in scaled}
    Release(cluster, namespace, profile=SMALL.files, values={**values, "autoscaling": {"keda": "never"}}).install()
    targets = {one["spec"]["scaleTargetRef"]["name"] for one in cluster.objects("horizontalpodautoscalers", namespace)}
    assert targets == {f"haetae-{name}" for name in scaled}
    assert targets <= cluster.names("deployments", namespace)


def test_every_workload_has_its_budget_and_its_policies(cluster: Cluster, namespace: str) -> None:
    """Each Deployment and StatefulSet has a disruption budget that chooses its pods, and nothing is reachable unless said."""
    bring_secrets(cluster, namespace)
    Release(cluster, namespace, profile=SMALL.files).install()
    chosen = [one["spec"]["selector"]["matchLabels"] for one in cluster.objects("poddisruptionbudgets", namespace)]
    for kind in ("deployments", "statefulsets"):
        for one in cluster.objects(kind, namespace):
            assert one["spec"]["selector"]["matchLabels"] in chosen, one["metadata"]["name"]
    policies = [one["spec"] for one in cluster.objects("networkpolicies", namespace)]
    everything = [one for one in policies if set(one["policyTypes"]) == {"Ingress", "Egress"}]
    assert [one for one in everything if not one.get("ingress") and not one.get("egress")] != []
