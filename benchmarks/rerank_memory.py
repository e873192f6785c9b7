"""What re-ranking takes as it grows: as many probes as gallery rows, the first 100 of each probe, without a dense matrix.

    python -m benchmarks.rerank_memory [--sizes 10000,20000,50000,100000] [--keep 100] [--save]

Vectors of 512 numbers, twelve of each person. Each size runs in a process of its own; memory is its peak less what it holds
before, the vectors as they were handed in. Time grows with the square: 100,000 x 100,000 take eleven minutes of processor time.
`--save` writes the entry "rerank_memory" of benchmarks/results/<date>-<machine>.json after each size, and at the end
docs/results/rerank-memory.svg.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time

import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.measuring import curves, figures
from haetae.ranking import nearest_reranked

D, SEEN, NOISE = 512, 12, 1.0
SIZES = "10000,20000,50000,100000"
MIB = 2**20

Measured = dict[str, float]


def main() -> None:
    """Measures size after size, and shows each as it is ready."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--keep", type=int, default=100)
    parser.add_argument("--save", action="store_true")
    given = parser.parse_args()
    found: dict[str, Measured] = {}
    for n in [int(each) for each in given.sizes.split(",")]:
        with multiprocessing.get_context("spawn").Pool(1) as alone:
            found[f"{n} x {n}"] = alone.apply(measured, (n, given.keep))
        print(n, found[f"{n} x {n}"], file=sys.stderr, flush=True)
        if given.save:
            figures.write("rerank_memory", {"d": D, "keep": given.keep, **found})
    if given.save:
        (curves.RESULTS / "rerank-memory.svg").write_text(picture(list(found.values())), encoding="utf-8")


def measured(n: int, keep: int) -> Measured:
    """In a process of its own: n probes against a gallery of n."""
    probes, gallery = seen_again(n, 1), seen_again(n, 2)
    nearest_reranked(probes[:50], gallery[:50], keep)  # compiled before anything is measured
    before = psutil.Process().memory_info().rss
    began, began_cpu = time.perf_counter(), time.process_time()
    found = nearest_reranked(probes, gallery, keep)
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    return {
        "n": n,
        "peak_mib": round(peak / MIB, 1),
        "inputs_mib": round((probes.nbytes + gallery.nbytes) / MIB, 1),
        "answer_mib": round((found.order.nbytes + found.distances.nbytes) / MIB, 1),
        "dense_matrix_mib": round(4 * (2 * n) ** 2 / MIB, 1),
        "cpu_s": round(cpu_s, 2),
        "wall_s": round(took_s, 2),
    }


def seen_again(n: int, seed: int) -> NDArray[np.float32]:
    """(n, D) float32 unit rows, half of the sightings of 2 n / SEEN people; made a few at a time, so that no peak is here."""
    n_people = max(2, 2 * n // SEEN)
    rng = np.random.default_rng(seed)
    rows = np.empty((n, D), np.float32)
    for first in range(0, n, 1000):
        part = rows[first : first + 1000]
        for row, person in zip(part, rng.integers(0, n_people, len(part)), strict=True):
            row[:] = np.random.default_rng((0, int(person))).standard_normal(D, np.float32)
        part += NOISE * rng.standard_normal(part.shape, np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return rows


def picture(measured: list[Measured]) -> str:
    """Memory against size, beside that of one dense matrix."""
    series = {
        "one matrix of all distances (computed)": [(each["n"], each["dense_matrix_mib"]) for each in measured],
        "re-ranking, above its inputs": [(each["n"], each["peak_mib"]) for each in measured],
        "its inputs": [(each["n"], each["inputs_mib"]) for each in measured],
    }
    return curves.drawn(
        "Re-ranking N probes against N sightings of 512 numbers: peak memory",
        ("N", "MiB"),
        series,
        log_x=True,
        log_y=True,
    )


if __name__ == "__main__":
    main()
