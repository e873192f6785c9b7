"""Looking at rendered manifests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tests.helm.render.chart import Manifest

_INSIDE = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}


def label(manifest: Manifest) -> str:
    """Such as "Deployment/haetae-search"."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def of_kind(manifests: Iterable[Manifest], kind: str) -> list[Manifest]:
    """Those of one kind."""
    return [one for one in manifests if one["kind"] == kind]


def named(manifests: Iterable[Manifest], kind: str, name: str) -> Manifest:
    """The one of that kind and name."""
    (found,) = (one for one in of_kind(manifests, kind) if one["metadata"]["name"] == name)
    return found


def pods(manifests: Iterable[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """(label of its object, pod with metadata and spec) of everything that makes pods."""
    for manifest in manifests:
        way = _INSIDE.get(manifest["kind"])
        if way is not None:
            pod = manifest
            for step in way:
                pod = pod[step]
            yield label(manifest), pod


def containers(pod: Manifest) -> list[dict[str, Any]]:
    """All containers of a pod, those that prepare it included."""
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def component(pod: Manifest) -> str:
    """The component that a pod belongs to."""
    return str(pod["metadata"]["labels"]["app.kubernetes.io/component"])


def environment(container: dict[str, Any]) -> dict[str, str]:
    """Variables of a container; those out of Secrets as "secret:<name>/<key>", the pod's own limits as whole numbers."""
    told = {}
    for variable in container.get("env", []):
        source = variable.get("valueFrom", {})
        if reference := source.get("secretKeyRef"):
            told[variable["name"]] = f"secret:{reference['name']}/{reference['key']}"
        elif "resourceFieldRef" in source:
            told[variable["name"]] = "1"
        else:
            told[variable["name"]] = variable["value"]
    return told


def leaves(value: object) -> Iterator[str]:
    """Every scalar below `value`, as text."""
    if isinstance(value, dict):
        for below in value.values():
            yield from leaves(below)
    elif isinstance(value, list):
        for below in value:
            yield from leaves(below)
    else:
        yield str(value)
