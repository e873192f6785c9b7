"""Every manifest of every profile keeps to "restricted" and to the project's own rules (requirement S11)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.helm.render.chart import PROFILES, Manifest, render
from tests.helm.render.hardening import IMAGE, faults
from tests.helm.render.manifests import component, containers, named, of_kind, pods

pytestmark = pytest.mark.peer


def test_every_manifest_is_hardened(manifests: list[Manifest]) -> None:
    """No root, no token, no writable root, no capability, limits, budgets, denial both ways, no secret, no floating image."""
    assert faults(manifests) == []


def _container(manifests: list[Manifest]) -> dict[str, Any]:
    found: dict[str, Any] = named(manifests, "Deployment", "haetae-search")["spec"]["template"]["spec"]["containers"][0]
    return found


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda m: _container(m)["securityContext"].pop("readOnlyRootFilesystem"), "root can be written"),
        (lambda m: _container(m)["resources"].pop("limits"), "no limits"),
        (lambda m: _container(m).update(image="haetae/service:latest"), "not pinned"),
        (lambda m: _container(m).update(image="haetae/service"), "not pinned"),
        (lambda m: _container(m).pop("readinessProbe"), "without readinessProbe"),
        (lambda m: _container(m)["env"].append({"name": "X_PASSWORD", "value": "open"}), "does not come from a Secret"),
        (lambda m: _container(m)["env"].append({"name": "X", "value": "redis://:open@host"}), "an address with a password"),
        (lambda m: m.append({"kind": "Secret", "metadata": {"name": "x"}}), "makes a Secret"),
        (lambda m: m.remove(named(m, "PodDisruptionBudget", "haetae-search")), "no disruption budget"),
        (lambda m: m.remove(named(m, "NetworkPolicy", "haetae-deny-by-default")), "nothing denies"),
    ],
)
def test_faults_would_be_seen(change: Any, word: str, small: list[Manifest]) -> None:
    """The walk sees each kind of fault: it is put into the manifests of the small profile, and named."""
    broken = deepcopy(small)
    change(broken)
    assert word in " ".join(faults(broken))


def test_digests_are_used_when_given() -> None:
    """A digest of the values stands behind the tag, and the registry's prefix before every image."""
    digest = f"sha256:{'a' * 64}"
    image = {"registry": "mirror.example:5000/x/", "overrides": {"service": {"digest": digest}, "redis": {"digest": digest}}}
    used = {each["image"] for _, pod in pods(render({"image": image}, profile=PROFILES["small"])) for each in containers(pod)}
    assert f"mirror.example:5000/x/haetae/service:0.1.0@{digest}" in used
    assert any(each.startswith("mirror.example:5000/x/valkey/valkey:") and each.endswith(digest) for each in used)
    assert {each for each in used if not each.startswith("mirror.example:5000/x/") or not IMAGE.match(each)} == set()


def test_every_deployment_rolls() -> None:
    """Every Deployment keeps its pods until new ones are ready, so somebody always answers; a free GPU for a new pod is rare."""
    deployments = of_kind(render(profile=PROFILES["city"]), "Deployment")
    assert {component(one) for one in deployments} >= {"search", "alert", "detect"}
    for deployment in deployments:
        if component(deployment) != "triton":
            strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
            assert deployment["spec"]["strategy"] == strategy


def test_triton_ends_after_its_callers_have_left() -> None:
    """A Triton that ends refuses everything: before the signal, connections grow too old and are made anew with other pods."""
    for mode in ("cpu", "gpu"):
        (pod,) = (pod for _, pod in pods(render({"triton": {"mode": mode}})) if component(pod) == "triton")
        (server,) = pod["spec"]["containers"]
        (age_ms,) = (int(each.partition("=")[2]) for each in server["args"] if each.startswith("--grpc-max-connection-age="))
        (exit_s,) = (int(each.partition("=")[2]) for each in server["args"] if each.startswith("--exit-timeout-secs="))
        pause_s = server["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pause_s >= 2 * age_ms / 1000  # endpoints leave first
        assert pod["spec"]["terminationGracePeriodSeconds"] >= pause_s + exit_s + 10


def test_pods_have_time_to_end() -> None:
    """What Kubernetes waits for before it kills covers the draining and the answers that the process takes its time for."""
    for deployment in of_kind(render(profile=PROFILES["small"]), "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        told = {each["name"]: each.get("value") for each in pod["containers"][0].get("env", [])}
        if "HAETAE_HTTP__DRAIN_S" in told:
            needed = float(told["HAETAE_HTTP__DRAIN_S"]) + float(told["HAETAE_HTTP__GRACE_S"])
            assert pod["terminationGracePeriodSeconds"] >= needed + 15


def test_stateful_pods_do_not_follow_the_chart_version() -> None:
    """No version of chart or application is in the pods of PostgreSQL and Redis: an upgrade does not restart them."""
    kept = {"postgresql", "redis"}
    for _, pod in pods(render(profile=PROFILES["small"])):
        if component(pod) in kept:
            assert not {"helm.sh/chart", "app.kubernetes.io/version"} & pod["metadata"]["labels"].keys()
