"""What the played nodes do with pods: as kwok's own stages say, but for a few that tests put into a pod's image.

- `:never-ready`: the pod is scheduled and stays pending, as with an image that crashes or cannot be pulled.
- `:always-fails`: the pod ends at once and has failed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.helm.binaries.programs import folder

NEVER_READY = "never-ready"
ALWAYS_FAILS = "always-fails"

_NODE_SIZE = {"cpu": "64", "memory": "512Gi", "pods": "110", "nvidia.com/gpu": "4"}


def _node(name: str, zone: str) -> dict[str, Any]:
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/zone": zone,
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}},
        "status": {"allocatable": _NODE_SIZE, "capacity": _NODE_SIZE},
    }


NODES = tuple(_node(f"node-{zone}", zone) for zone in "abc")

STORAGE_CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "kwok-volume", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
    "provisioner": "kwok.x-k8s.io/volume",
}


def _image(tag: str, operator: str) -> dict[str, str]:
    return {"key": f'[.spec.containers[], .spec.initContainers[]?] | .[].image | select(test(":{tag}"))', "operator": operator}


_STILL_THERE = {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}


def _ending(name: str, phase: str, exit_code: int, *selectors: dict[str, Any]) -> dict[str, Any]:
    """A stage that ends pods that wait or run."""
    status = f"""
phase: {phase}
containerStatuses:
{{{{ range .spec.containers }}}}
- name: {{{{ .name | Quote }}}}
  image: {{{{ .image | Quote }}}}
  ready: false
  restartCount: 0
  state: {{terminated: {{exitCode: {exit_code}, reason: Ended}}}}
{{{{ end }}}}
"""
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": "Pod"},
            "selector": {"matchExpressions": [_STILL_THERE, *selectors]},
            "next": {"statusTemplate": status},
        },
    }


_FAILS = _ending(
    "pod-fails", "Failed", 1, {"key": ".status.phase", "operator": "In", "values": ["Pending"]}, _image(ALWAYS_FAILS, "Exists")
)
_TEST_ENDS = _ending(
    "pod-of-helm-test-ends",
    "Succeeded",
    0,
    {"key": ".status.phase", "operator": "In", "values": ["Running"]},
    {"key": '.metadata.annotations["helm.sh/hook"]', "operator": "In", "values": ["test"]},
)


def write_stages(into: Path) -> list[Path]:
    """The files that kwok reads, in a folder of this cluster."""
    into.mkdir(parents=True, exist_ok=True)
    written = []
    for file in sorted((folder() / "stages").rglob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        if "kind: Stage" not in text:
            continue
        if file.name == "pod-ready.yaml":
            text = _with_conditions(text, _image(NEVER_READY, "DoesNotExist"), _image(ALWAYS_FAILS, "DoesNotExist"))
        written.append(into / file.name)
        written[-1].write_text(text, encoding="utf-8")
    for stage in (_FAILS, _TEST_ENDS):
        written.append(into / f"{stage['metadata']['name']}.yaml")
        written[-1].write_text(json.dumps(stage), encoding="utf-8")
    return written


def _with_conditions(stage: str, *conditions: dict[str, str]) -> str:
    """The stage's text with more conditions on what it applies to. JSON is YAML."""
    head, marker, rest = stage.partition("matchExpressions:\n")
    assert marker, "kwok's stage has no conditions any more: look at it again"
    return head + marker + "".join(f"    - {json.dumps(condition)}\n" for condition in conditions) + rest
