"""What Triton over gRPC costs more than the same network in process: `python -m benchmarks.triton_overhead MODELS_FOLDER`.

One call by batch size, with the images in the message and in shared memory, against the same batch in this process: wall time
(meaningful on a quiet machine: the load stands beside it) and processor time of the client and of both ends. One instance a
network, so that both run the batch on one core.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from benchmarks.measuring.figures import write
from haetae.embedded.child import running
from haetae.embedded.ports import any_free
from haetae.embedded.triton import Triton, find_environment
from haetae.inference.local import LocalInference
from haetae.inference.port import Inference
from haetae.inference.triton import TritonInference
from haetae.models.measure import in_turns, known_input
from haetae.models.networks import network
from haetae.models.pull import pull
from haetae.models.repository import lay_out
from haetae.models.spec import IMAGES
from haetae.settings import Settings

NETWORKS = ("rtmdet-nano", "reid-0288")
BATCHES = (1, 2, 4, 8)


def measure(name: str, n: int, ways: dict[str, Inference], server: psutil.Process) -> dict[str, float]:
    """Milliseconds of one call with `n` images by way: wall time, the client's processor time, and that of both ends together."""
    images = np.repeat(known_input(network(name)), n, axis=0)
    calls: dict[str, Callable[[], object]] = {
        way: lambda inference=inference: inference.infer(name, {IMAGES: images}, deadline_s=60)  # type: ignore[misc]
        for way, inference in ways.items()
    }
    wall = in_turns(calls, budget_s=2.0 + n / 2, clock=time.perf_counter)
    row = {f"{way} wall ms": cost for way, cost in wall.items()}
    for way, call in calls.items():
        client, both = _processor_ms(call, server)
        row |= {f"{way} client cpu ms": round(client, 2), f"{way} cpu ms": round(both, 2)}
    for way in ("message", "shared memory"):
        row[f"{way} overhead wall ms"] = round(wall[way] - wall["in process"], 2)
        row[f"{way} overhead cpu ms"] = round(row[f"{way} cpu ms"] - row["in process cpu ms"], 2)
    return row


def _processor_ms(call: Callable[[], object], server: psutil.Process, at_least_s: float = 2.0) -> tuple[float, float]:
    """Of one call: the client's, and the client's and the server's together (the kernel counts the server's in 10 ms ticks)."""
    tree = [server, *server.children(recursive=True)]
    client_before, server_before, times = time.process_time(), _ticked_s(tree), 0
    until = time.perf_counter() + at_least_s
    while times < 20 or time.perf_counter() < until:
        call()
        times += 1
    client = (time.process_time() - client_before) / times
    return 1e3 * client, 1e3 * (client + (_ticked_s(tree) - server_before) / times)


def _ticked_s(tree: list[psutil.Process]) -> float:
    return sum(each.cpu_times().user + each.cpu_times().system for each in tree)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".haetae/models")
    pull(folder, NETWORKS, mirror=Settings.load().models.mirror)
    figures: dict[str, dict[str, dict[str, float]]] = {}
    with TemporaryDirectory() as temporary:
        repository = Path(temporary) / "repository"
        lay_out(folder, repository, NETWORKS, instances=dict.fromkeys(NETWORKS, 1))
        part = Triton(find_environment(), Path(temporary) / "triton", repository, any_free())
        with running(part, Path(temporary) / "triton.log", within_s=120) as child:
            message, shared = TritonInference(part.address), TritonInference(part.address, shared_memory=True)
            ways: dict[str, Inference] = {"in process": LocalInference(folder), "message": message, "shared memory": shared}
            for name in NETWORKS:
                figures[name] = {f"batch {n}": measure(name, n, ways, psutil.Process(child.pid)) for n in BATCHES}
            shared.close()
            message.close()
    for name, table in figures.items():
        for batch, row in table.items():
            print(f"{name:12} {batch:8}", "  ".join(f"{key} {value:.2f}" for key, value in row.items()))
    print(write("triton_overhead", {**figures, "load_average": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
