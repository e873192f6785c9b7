"""How much re-ranking costs: 3,441 probes x 16,441 sightings x 512 numbers, against one matrix product of the same vectors.

    python -m benchmarks.rerank [--rounds 5] [--save]

The unit is one float32 product of the (19,882, 512) matrix with its transpose (numpy takes the symmetric BLAS routine for it) in
the same process; times are taken in turns, by the clock and of the processor. Peak memory is the process's, in a child process of
its own, less what it holds before. Where there is a Triton server, the same with it comparing all with all, on this machine's
processor. `--save` writes the entry "rerank" of benchmarks/results/<date>-<machine>.json. How memory grows:
`benchmarks.rerank_memory`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.measuring import figures as results
from haetae.embedded.child import running
from haetae.embedded.ports import any_free
from haetae.embedded.triton import Triton, find_environment
from haetae.errors import Misconfigured
from haetae.inference.nearest import TritonNearest
from haetae.models.nearest import NEAREST
from haetae.models.repository import lay_out
from haetae.ranking import KReciprocal, rerank_embeddings

N_PROBES, N_GALLERY, N_PEOPLE, D = 3441, 16441, 1500, 512
GOLDEN = Path(__file__).resolve().parents[2] / "shared" / "golden" / "rerank"


def people(n: int, seed: int) -> NDArray[np.float32]:
    """(n, D) float32 unit rows: people seen several times each, as embeddings of a re-ID network lie."""
    centres = np.random.default_rng(0).standard_normal((N_PEOPLE, D)).astype(np.float32)
    rng = np.random.default_rng(seed)
    rows = centres[rng.integers(0, N_PEOPLE, n)] + rng.standard_normal((n, D)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def seconds(rounds: int) -> dict[str, float]:
    """Medians over rounds in which product and re-ranking take turns."""
    probes, gallery = people(N_PROBES, 1), people(N_GALLERY, 2)
    together = np.concatenate([probes, gallery])
    rerank_embeddings(probes[:50], gallery[:50])  # compiled once, before the clock starts
    products, rerankings = [], []
    for _ in range(rounds):
        products.append(taken(lambda: together @ together.T))
        rerankings.append(taken(lambda: rerank_embeddings(probes, gallery)))
    (product_s, product_cpu_s), (rerank_s, rerank_cpu_s) = medians(products), medians(rerankings)
    return {
        "product_s": product_s,
        "product_cpu_s": product_cpu_s,
        "rerank_s": rerank_s,
        "rerank_cpu_s": rerank_cpu_s,
        "ratio": rerank_s / product_s,
        "ratio_cpu": rerank_cpu_s / product_cpu_s,
        "ratio_of_least_cpu": min(cpu_s for _, cpu_s in rerankings) / min(cpu_s for _, cpu_s in products),
    }


def medians(times: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Of seconds by the clock, and of seconds of the processor."""
    by_clock, of_processor = zip(*times, strict=True)
    return median(by_clock), median(of_processor)


def taken(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor in this process."""
    began, began_cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - began_cpu


def served(rounds: int) -> dict[str, float] | None:
    """With a Triton server of this machine comparing all with all; None where there is none. `cpu_s` of both ends."""
    probes, gallery = people(N_PROBES, 1), people(N_GALLERY, 2)
    try:
        environment = find_environment()
    except Misconfigured:
        return None
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        lay_out(home / "no-models", home / "repository", [NEAREST])
        part = Triton(environment, home / "triton", home / "repository", any_free())
        with running(part, home / "triton.log", within_s=240) as child:
            for name, shared_memory in (("messages", False), ("shared_memory", True)):
                nearest = TritonNearest(part.address, shared_memory=shared_memory, deadline_s=120)
                times = []
                for _ in range(rounds):
                    before = tree_cpu_s(child.pid)
                    wall_s, cpu_s = taken(lambda n=nearest: rerank_embeddings(probes, gallery, elsewhere=n))  # type: ignore[misc]
                    times.append((wall_s, cpu_s + tree_cpu_s(child.pid) - before))
                found[f"{name}_s"], found[f"{name}_cpu_s"] = medians(times)
                nearest.close()
    return found


def tree_cpu_s(pid: int | None) -> float:
    """Processor seconds of a process and all below it."""
    root = psutil.Process(pid)
    return sum(sum(each.cpu_times()[:2]) for each in (root, *root.children(recursive=True)))


def peak_bytes(answer: multiprocessing.SimpleQueue[int]) -> None:
    """In a process of its own: what re-ranking adds to the peak of resident memory, its answer included."""
    probes, gallery = people(N_PROBES, 1), people(N_GALLERY, 2)
    rerank_embeddings(probes[:50], gallery[:50])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rerank_embeddings(probes, gallery)
    answer.put((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)


def candidate_list_ms() -> float:
    """One query of two photos over 1,000 candidates, as the search service asks: the median of 20."""
    probes, gallery = people(2, 3), people(1000, 4)
    times = []
    for _ in range(20):
        began = time.perf_counter()
        rerank_embeddings(probes, gallery)
        times.append(time.perf_counter() - began)
    return median(times) * 1000


def golden_error() -> dict[str, float]:
    """The largest difference from each golden file, where they are beside the checkout."""
    errors = {}
    for path in sorted(GOLDEN.glob("*.npz")):
        golden = np.load(path)
        how = KReciprocal(int(golden["k1"]), int(golden["k2"]), float(golden["weight_of_original"]))
        errors[path.stem] = float(np.abs(rerank_embeddings(golden["probes"], golden["gallery"], how) - golden["expected"]).max())
    return errors


def main() -> None:
    """Measures, prints, and keeps it if told to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--save", action="store_true")
    given = parser.parse_args()
    answer: multiprocessing.SimpleQueue[int] = multiprocessing.get_context("spawn").SimpleQueue()
    child = multiprocessing.get_context("spawn").Process(target=peak_bytes, args=(answer,))
    child.start()
    child.join()
    measured = {
        "sizes": {"probes": N_PROBES, "gallery": N_GALLERY, "d": D},
        "how": {"k1": 20, "k2": 6, "weight_of_original": 0.3},
        **seconds(given.rounds),
        "by_triton_on_this_processor": served(given.rounds),
        "peak_mib": answer.get() / 2**20,
        "dense_matrix_mib": (N_PROBES + N_GALLERY) ** 2 * 4 / 2**20,
        "candidate_list_of_1000_ms": candidate_list_ms(),
        "largest_difference_from_golden": golden_error(),
    }
    print(json.dumps(measured, indent=2))
    if given.save:
        print(results.write("rerank", measured), file=sys.stderr)


if __name__ == "__main__":
    main()
