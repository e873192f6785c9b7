"""The node's memory made scarce: a bound around all of its pods, and one pod that wants more than is left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helm.cluster.kubernetes import Cluster
from tests.helm.node.installation import SERVICE_IMAGE
from tests.helm.node.layout import CGROUP

_BOUND = Path("/sys/fs/cgroup/memory") / CGROUP / "memory.limit_in_bytes"
_USED = _BOUND.with_name("memory.usage_in_bytes")
_ROOM_MIB, _WANTED_MIB = 256, 2048
_GREEDY = f"import time; kept = [bytearray(1 << 20) for _ in range({_WANTED_MIB})]; time.sleep(600)"


def possible() -> bool:
    """Whether this machine has the hierarchy of control groups that the bound is set in."""
    return _BOUND.is_file()


@contextmanager
def bounded() -> Iterator[int]:
    """All pods together get little more than they use now, for as long as the block lasts; the bound in MiB."""
    before = _BOUND.read_text()
    bound = int(_USED.read_text()) + (_ROOM_MIB << 20)
    _BOUND.write_text(str(bound))
    try:
        yield bound >> 20
    finally:
        _BOUND.write_text(before if int(before) < 1 << 62 else "-1")


def greedy_pod_ends(cluster: Cluster, within_s: float = 120.0) -> str:
    """Starts a pod that nobody promised memory to and that takes it all; why it ended, in the kubelet's word."""
    container = {"name": "greedy", "image": SERVICE_IMAGE, "imagePullPolicy": "Never", "command": ["python", "-c", _GREEDY]}
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "greedy", "namespace": "cameras"},
            "spec": {"containers": [container], "restartPolicy": "Never", "terminationGracePeriodSeconds": 1},
        }
    )
    path = "jsonpath={.status.containerStatuses[0].state.terminated.reason}"
    deadline_s = time.monotonic() + within_s
    reason = ""
    while not reason and time.monotonic() < deadline_s:
        time.sleep(1)
        reason = cluster.kubectl("get", "pod/greedy", "--namespace=cameras", f"--output={path}")
    cluster.kubectl("delete", "pod/greedy", "--namespace=cameras", "--grace-period=0", "--force")
    return reason or f"still running after {within_s:.0f} s"
