"""Processor time and memory of a tree of processes, by what each process is."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Use:
    """What the processes of one name used: cores (1.0 is one core busy all the time) and resident memory in MiB."""

    cores: float
    rss_mib: float
    n_processes: int


def measured(root_pid: int, seconds: float) -> dict[str, Use]:
    """Use by name of every process below `root_pid` (itself included) over `seconds`.

    Memory is the mean of one sample a second. The time of a process that ends within counts until it was last seen.
    """
    first: dict[int, tuple[str, float]] = {}
    last: dict[int, float] = {}
    memory: dict[int, list[int]] = defaultdict(list)
    started_s = time.monotonic()
    while True:
        for pid, name, cpu_s, rss in _sample(root_pid):
            known = first.setdefault(pid, (name, cpu_s if time.monotonic() - started_s < 0.5 else 0.0))
            last[pid] = max(cpu_s, known[1])
            memory[pid].append(rss)
        elapsed_s = time.monotonic() - started_s
        if elapsed_s >= seconds:
            break
        time.sleep(min(1.0, seconds - elapsed_s))
    used: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for pid, (name, cpu_s) in first.items():
        used[name].append(((last[pid] - cpu_s) / elapsed_s, sum(memory[pid]) / len(memory[pid]) / 2**20))
    return {name: Use(sum(c for c, _ in uses), sum(m for _, m in uses), len(uses)) for name, uses in used.items()}


def _sample(root_pid: int) -> list[tuple[int, str, float, int]]:
    """(pid, name, processor seconds, resident bytes) of the tree."""
    root = psutil.Process(root_pid)
    rows = []
    for process in [root, *root.children(recursive=True)]:
        try:
            with process.oneshot():
                times = process.cpu_times()
                rows.append((process.pid, _named(process), times.user + times.system, process.memory_info().rss))
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return rows


_BY_WORD = {
    "triton_python_backend_stub": "triton",
    "tritonserver": "triton",
    "haetae.embedded.local_server": "triton",
    "postgres": "postgres",
    "redis": "redis",
    "celery": "delivery",
    "services.alert.delivery": "delivery",
    "haetae.embedded.gateway": "door",
    "haetae.simulator": "simulator",
    "benchmarks.": "measuring",
}


def _named(process: psutil.Process) -> str:
    """What a process is: a server, a service, what its parent is where it is a worker of it, else the program."""
    text = " ".join(process.cmdline())
    for mark, name in _BY_WORD.items():
        if mark in text:
            return name
    service = re.search(r"\bservices\.(\w+)", text)
    if service:
        return service.group(1)
    parent = process.parent()
    return _named(parent) if parent is not None and "python" in process.name() else process.name()
