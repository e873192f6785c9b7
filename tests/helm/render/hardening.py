"""What is wrong with manifests by the rules of Pod Security "restricted" and the project's own (requirement S11), in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.helm.render.chart import Manifest
from tests.helm.render.manifests import containers, environment, label, leaves, of_kind, pods

IMAGE = re.compile(r"^(?P<repository>[^\s@]+):(?P<tag>[\w][\w.-]*)(@sha256:[0-9a-f]{64})?$")
_SECRET = re.compile(r"(PASSWORD|SECRET_KEY|ACCESS_KEY|TOKEN|API_KEY|CREDENTIAL_KEYS)$")
_WRITABLE = {"emptyDir", "persistentVolumeClaim"}
_ALLOWED_VOLUMES = {*_WRITABLE, "secret", "configMap", "csi", "ephemeral", "name"}


def faults(manifests: Iterable[Manifest]) -> list[str]:
    """Everything that is wrong with them; empty where all is well."""
    everything = list(manifests)
    found = [fault for one in everything for fault in _object(one)]
    for where, pod in pods(everything):
        found += [f"{where}: {fault}" for fault in _pod(pod)]
        found += [f"{where}/{each['name']}: {fault}" for each in containers(pod) for fault in _container(each)]
    return found + list(_together(everything))


def _object(one: Manifest) -> Iterator[str]:
    if one["kind"] == "Secret":
        yield f"{label(one)}: the chart makes a Secret"
    if one["kind"] in {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}:
        yield f"{label(one)}: the chart gives rights"
    if one["kind"] == "ServiceAccount" and one.get("automountServiceAccountToken") is not False:
        yield f"{label(one)}: a token is mounted"
    if one["kind"] == "Service" and one["spec"]["type"] != "ClusterIP":
        yield f"{label(one)}: it is open to the outside"


def _pod(pod: Manifest) -> Iterator[str]:
    spec: dict[str, Any] = pod["spec"]
    security = spec.get("securityContext", {})
    if spec.get("automountServiceAccountToken") is not False:
        yield "a token is mounted"
    if security.get("runAsNonRoot") is not True or not security.get("runAsUser") or not security.get("runAsGroup"):
        yield "it may run as root"
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "no seccomp profile"
    for name in ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"):
        if spec.get(name):
            yield name
    yield from _volumes(pod)


def _volumes(pod: Manifest) -> Iterator[str]:
    spec: dict[str, Any] = pod["spec"]
    for volume in spec.get("volumes", []):
        if not volume.keys() <= _ALLOWED_VOLUMES or len(volume) != 2:
            yield f"volume {volume} is not of an allowed kind"
        if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
            yield f"volume {volume['name']} has no limit"
    mounted = {mount["name"] for each in containers(pod) for mount in each.get("volumeMounts", [])}
    mounted -= {"data"}  # of a StatefulSet's claim template
    claimed = {volume["name"] for volume in spec.get("volumes", [])}
    if mounted != claimed:
        yield f"volumes and mounts differ: {mounted ^ claimed}"


def _container(one: dict[str, Any]) -> Iterator[str]:
    security = one.get("securityContext", {})
    if security.get("allowPrivilegeEscalation") is not False or security.get("privileged"):
        yield "privileges may grow"
    if security.get("readOnlyRootFilesystem") is not True:
        yield "its root can be written"
    if security.get("capabilities") != {"drop": ["ALL"]}:
        yield "capabilities are kept"
    resources = one.get("resources", {})
    for bound in ("requests", "limits"):
        if not {"cpu", "memory"} <= resources.get(bound, {}).keys():
            yield f"no {bound}"
    image = IMAGE.match(one["image"])
    if image is None or image["tag"] == "latest":
        yield f"image {one['image']} is not pinned"
    for name, value in environment(one).items():
        if _SECRET.search(name) and not value.startswith("secret:"):
            yield f"{name} does not come from a Secret"


def _together(manifests: list[Manifest]) -> Iterator[str]:
    budgets = [budget["spec"]["selector"]["matchLabels"] for budget in of_kind(manifests, "PodDisruptionBudget")]
    for one in manifests:
        if one["kind"] in {"Deployment", "StatefulSet"} and one["spec"]["selector"]["matchLabels"] not in budgets:
            yield f"{label(one)}: no disruption budget"
        if one["kind"] == "Deployment":
            container = one["spec"]["template"]["spec"]["containers"][0]
            missing = {"startupProbe", "livenessProbe", "readinessProbe"} - container.keys()
            if missing:
                yield f"{label(one)}: without {', '.join(sorted(missing))}"
    denying = [policy for policy in of_kind(manifests, "NetworkPolicy") if not {"ingress", "egress"} & policy["spec"].keys()]
    if len(denying) != 1 or sorted(denying[0]["spec"]["policyTypes"]) != ["Egress", "Ingress"]:
        yield "nothing denies by default both ways"
    else:
        selected = denying[0]["spec"]["podSelector"]["matchLabels"].items()
        for where, pod in pods(manifests):
            if not selected <= pod["metadata"]["labels"].items():
                yield f"{where}: the denial by default does not reach it"
    for text in leaves(manifests):
        if "\n" not in text and re.search(r"://[^/\s:@$]*:(?!\$\()[^@/\s]+@", text):
            yield f"an address with a password: {text[:20]}..."
