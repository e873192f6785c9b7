"""What Triton over gRPC costs more than the same network in process: `python -m benchmarks.triton_overhead MODELS_FOLDER`.

Wall time of one call by batch size, with the images in the message and in shared memory, against the same batch in this
process; and the processor time that the client itself spends. One instance a network, so that both run the batch on one core.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.measuring.figures import write
from haetae.embedded.child import running
from haetae.embedded.ports import any_free
from haetae.embedded.triton import Triton, find_environment
from haetae.inference.local import LocalInference
from haetae.inference.port import Inference
from haetae.inference.triton import TritonInference
from haetae.models.measure import in_turns, known_input
from haetae.models.networks import network
from haetae.models.repository import lay_out
from haetae.models.spec import IMAGES

NETWORKS = ("rtmdet-nano", "reid-0288")
BATCHES = (1, 2, 4, 8)


def measure(name: str, n: int, ways: dict[str, Inference]) -> dict[str, float]:
    """Milliseconds of wall time of one call with `n` images by way, and of the client's own processor time."""
    images = np.repeat(known_input(network(name)), n, axis=0)
    calls: dict[str, Callable[[], object]] = {
        way: lambda inference=inference: inference.infer(name, {IMAGES: images}, deadline_s=60)  # type: ignore[misc]
        for way, inference in ways.items()
    }
    told = in_turns(calls, budget_s=2.0 + n / 2)
    row = {f"{way} ms": cost for way, cost in told.items()}
    for way in ("message", "shared memory"):
        row[f"{way} overhead ms"] = round(told[way] - told["in process"], 3)
        row[f"{way} client cpu ms"] = round(_client_cpu_ms(calls[way]), 3)
    return row


def _client_cpu_ms(call: Callable[[], object], times: int = 15) -> float:
    before = time.process_time()
    for _ in range(times):
        call()
    return 1e3 * (time.process_time() - before) / times


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".haetae/models")
    figures: dict[str, dict[str, dict[str, float]]] = {}
    with TemporaryDirectory() as temporary:
        repository = Path(temporary) / "repository"
        lay_out(folder, repository, NETWORKS, instances=dict.fromkeys(NETWORKS, 1))
        part = Triton(find_environment(), Path(temporary) / "triton", repository, any_free())
        with running(part, Path(temporary) / "triton.log", within_s=120):
            message, shared = TritonInference(part.address), TritonInference(part.address, shared_memory=True)
            ways: dict[str, Inference] = {"in process": LocalInference(folder), "message": message, "shared memory": shared}
            for name in NETWORKS:
                figures[name] = {f"batch {n}": measure(name, n, ways) for n in BATCHES}
            shared.close()
            message.close()
    for name, table in figures.items():
        for batch, row in table.items():
            print(f"{name:12} {batch:8}", "  ".join(f"{key} {value:.2f}" for key, value in row.items()))
    print(write("triton_overhead", figures))


if __name__ == "__main__":
    main()
