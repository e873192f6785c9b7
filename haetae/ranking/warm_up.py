"""Compiles the kernels of searching and re-ranking ahead, so that the first query does not wait for it."""

from __future__ import annotations

import numpy as np

from haetae.ranking import KReciprocal, rerank_embeddings
from haetae.ranking.halves import nearest_distances, to_halves
from haetae.ranking.sign_bit_scan import ScannedRows, Wanted, estimated
from haetae.ranking.sign_bits import SignCode


def warm_up() -> None:
    """Compiles every kernel for the types in use, or loads them from numba's cache on disk (`NUMBA_CACHE_DIR`, else beside the
    sources, else below the user's cache folder). Takes about 3 s the first time and 0.5 s afterwards."""
    vectors = np.eye(8, dtype=np.float32)
    rerank_embeddings(vectors[:2], vectors[2:], KReciprocal(k1=2, k2=2))
    code = SignCode.around(vectors, 64)
    times = np.zeros(8, np.int64)
    rows = ScannedRows(*code.packed(vectors), times, times, np.zeros(8, np.int32), np.ones(8, np.uint32))
    found = estimated([rows], Wanted(0, 1, np.ones(1, np.bool_), 0), code.planes(vectors[:1]))
    nearest_distances(to_halves(vectors), found.best(4), vectors[:1])
