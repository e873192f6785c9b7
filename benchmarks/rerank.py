"""How much re-ranking costs: 3,441 probes x 16,441 sightings x 512 numbers, against one matrix product of the same vectors.

    python -m benchmarks.rerank            writes the entry "rerank" of benchmarks/results/<date>-<machine>.json

The unit is one float32 product of the (19,882, 512) matrix with its transpose (numpy takes the symmetric BLAS routine for it) in
the same process. Peak memory is the process's, in a child process of its own, less what it holds before.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import figures as results
from haetae.ranking import KReciprocal, rerank_embeddings

N_PROBES, N_GALLERY, N_PEOPLE, D = 3441, 16441, 1500, 512
ROUNDS = 5
GOLDEN = Path(__file__).resolve().parents[2] / "shared" / "golden" / "rerank"


def people(n: int, seed: int) -> NDArray[np.float32]:
    """(n, D) float32 unit rows: people seen several times each, as embeddings of a re-ID network lie."""
    centres = np.random.default_rng(0).standard_normal((N_PEOPLE, D)).astype(np.float32)
    rng = np.random.default_rng(seed)
    rows = centres[rng.integers(0, N_PEOPLE, n)] + rng.standard_normal((n, D)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def seconds() -> dict[str, float]:
    """Medians over rounds in which product and re-ranking take turns."""
    probes, gallery = people(N_PROBES, 1), people(N_GALLERY, 2)
    together = np.concatenate([probes, gallery])
    rerank_embeddings(probes[:50], gallery[:50])  # compiled once, before the clock starts
    products, rerankings = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        np.matmul(together, together.T)
        products.append(time.perf_counter() - began)
        began = time.perf_counter()
        rerank_embeddings(probes, gallery)
        rerankings.append(time.perf_counter() - began)
    return {"product_s": median(products), "rerank_s": median(rerankings), "ratio": median(rerankings) / median(products)}


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
    answer: multiprocessing.SimpleQueue[int] = multiprocessing.get_context("spawn").SimpleQueue()
    child = multiprocessing.get_context("spawn").Process(target=peak_bytes, args=(answer,))
    child.start()
    child.join()
    measured = {
        "sizes": {"probes": N_PROBES, "gallery": N_GALLERY, "d": D},
        "how": {"k1": 20, "k2": 6, "weight_of_original": 0.3},
        **seconds(),
        "peak_mib": answer.get() / 2**20,
        "dense_matrix_mib": (N_PROBES + N_GALLERY) ** 2 * 4 / 2**20,
        "candidate_list_of_1000_ms": candidate_list_ms(),
        "largest_difference_from_golden": golden_error(),
    }
    print(json.dumps(measured, indent=2))
    print(results.write("rerank", measured), file=sys.stderr)


if __name__ == "__main__":
    main()
