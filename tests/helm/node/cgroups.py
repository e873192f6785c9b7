"""The control groups below which a node under test keeps its pods, in whichever hierarchy the machine has."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from tests.helm.node.layout import CGROUP

_ROOT = Path("/sys/fs/cgroup")
_CONTROLLERS = ("cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "systemd")


def _hierarchies() -> list[Path]:
    if (_ROOT / "cgroup.controllers").is_file():
        return [_ROOT]
    return [_ROOT / one for one in _CONTROLLERS if (_ROOT / one).is_dir()]


def make_cgroup() -> None:
    """Makes the group: the kubelet asks for one that exists, and a cpuset has no processors until somebody gives it some."""
    for hierarchy in _hierarchies():
        group = hierarchy / CGROUP
        group.mkdir(exist_ok=True)
        if hierarchy.name == "cpuset":
            for of in ("cpuset.cpus", "cpuset.mems"):
                (group / of).write_text((hierarchy / of).read_text())
        if hierarchy == _ROOT:
            (hierarchy / "cgroup.subtree_control").write_text("+cpu +cpuset +memory +pids")


def remove_cgroup(within_s: float = 10.0) -> None:
    """Removes the group with all below it, as soon as their processes are gone. What stays after `within_s` stays."""
    deadline_s = time.monotonic() + within_s
    left = [hierarchy / CGROUP for hierarchy in _hierarchies()]
    while (left := [group for group in left if group.is_dir()]) and time.monotonic() < deadline_s:
        for group in left:
            for below in sorted((p for p in group.rglob("*") if p.is_dir()), reverse=True):
                with suppress(OSError):
                    below.rmdir()
            with suppress(OSError):
                group.rmdir()
        time.sleep(0.2)
