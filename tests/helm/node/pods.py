"""What the pods of the release use, as the kubelet tells it: processors and memory, and how often they were started anew."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.helm.cluster.kubernetes import Cluster, Object
from tests.helm.node.installation import NAMESPACE

_LOOK_EVERY_S = 10.0  # the kubelet itself looks no more often


@dataclass(slots=True)
class _Look:
    """One pod: processor time since it began, when that was read, and its working set."""

    at_s: float
    cpu_ns: int
    memory_bytes: int


def used(cluster: Cluster, seconds: float) -> dict[str, dict[str, float]]:
    """By component, over the next `seconds`: mean cores, and the largest working set in MiB. A pod that begins or ends meanwhile
    is left out."""
    first = last = _looks(cluster)
    largest = {name: look.memory_bytes for name, look in first.items()}
    deadline_s = time.monotonic() + seconds
    while time.monotonic() < deadline_s:
        time.sleep(_LOOK_EVERY_S)
        last = _looks(cluster)
        for name, look in last.items():
            largest[name] = max(largest.get(name, 0), look.memory_bytes)
    stayed = [name for name in first if name in last and last[name].at_s > first[name].at_s]
    return {
        _component(name): {
            "cores": round((last[name].cpu_ns - first[name].cpu_ns) / 1e9 / (last[name].at_s - first[name].at_s), 3),
            "memory_mib": largest[name] >> 20,
        }
        for name in sorted(stayed)
    }


def summed(uses: dict[str, dict[str, float]]) -> dict[str, float]:
    """All components together."""
    return {
        "cores": round(sum(use["cores"] for use in uses.values()), 3),
        "memory_mib": sum(use["memory_mib"] for use in uses.values()),
    }


def restarts(cluster: Cluster) -> dict[str, int]:
    """How often containers were started anew, by pod."""
    pods = cluster.objects("pods", NAMESPACE)
    return {one["metadata"]["name"]: sum(c["restartCount"] for c in one["status"].get("containerStatuses", [])) for one in pods}


def _looks(cluster: Cluster) -> dict[str, _Look]:
    (node,) = (one["metadata"]["name"] for one in cluster.objects("nodes"))
    told: dict[str, Any] = json.loads(cluster.kubectl("get", "--raw", f"/api/v1/nodes/{node}/proxy/stats/summary"))
    return {one["podRef"]["name"]: _look(one) for one in told["pods"] if _is_running(one)}


def _is_running(told: Object) -> bool:
    return told["podRef"]["namespace"] == NAMESPACE and "usageCoreNanoSeconds" in told.get("cpu", {})


def _look(told: Object) -> _Look:
    cpu = told["cpu"]
    at_s = datetime.fromisoformat(cpu["time"]).timestamp()
    return _Look(at_s, int(cpu["usageCoreNanoSeconds"]), int(told.get("memory", {}).get("workingSetBytes", 0)))


def _component(pod: str) -> str:
    return pod.split("-")[1]
