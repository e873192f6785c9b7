"""Rows that occur more than once: found by their bits, and kept equal where arithmetic would tell them apart."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.fingerprints import fingerprints
from haetae.ranking.rows import over_rows


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Of n rows: `original` (n,) intp, the first row that is equal to each, which for most is the row itself; `later` (m,) intp,
    those that are equal to an earlier one, ascending."""

    original: NDArray[np.intp]
    later: NDArray[np.intp]

    @classmethod
    def among(cls, vectors: Vectors) -> Copies:
        """Those of (n, d) float32 vectors, bit by bit."""
        no_ids = np.empty((len(vectors), 0), np.uint64)
        prints = fingerprints(no_ids, np.ascontiguousarray(vectors).view(np.uint16))
        _, first, inverse = np.unique(prints, return_index=True, return_inverse=True)
        original = first[inverse]
        later = np.flatnonzero(original != np.arange(len(vectors)))
        really = (vectors[later] == vectors[original[later]]).all(axis=1)
        original[later[~really]] = later[~really]  # different rows of one fingerprint: `fingerprints` says how rarely
        return cls(original, later[really])

    def __len__(self) -> int:
        """How many rows are copies of an earlier one."""
        return len(self.later)

    @property
    def number(self) -> NDArray[np.intp]:
        """(n,) which of the n - m different rows, numbered as they come, each is equal to."""
        return (np.cumsum(self.original == np.arange(len(self.original))) - 1)[self.original]

    def tie(self, products: NDArray[np.float32]) -> None:
        """Makes the columns (m, n) of copies those of their originals, in place: matrix products may round equal columns
        differently, and what is equally near is ordered by index."""
        if len(self):
            products[:, self.later] = products[:, self.original[self.later]]

    def spread(self, order: NDArray[np.int32], width: int) -> NDArray[np.int32]:
        """Neighbour lists of all n rows out of `order` (n - m, k), those of the different rows, numbered as they come.

        (n, width) int32: in place of each neighbour all rows that are equal to it, ascending, as many as there is room for; -1
        where there are no more.
        """
        number = self.number
        members = np.argsort(number, kind="stable").astype(np.int32)
        starts = np.concatenate([[0], np.cumsum(np.bincount(number))])
        lists = np.full((len(number), width), -1, np.int32)
        over_rows(lambda a, b: _spread(a, b, (order, number), (starts, members), lists), len(number))
        return lists


@numba.njit(nogil=True, cache=True)
def _spread(first, end, listed, equal, lists):  # type: ignore[no-untyped-def]
    order, number = listed
    starts, members = equal
    for row in range(first, end):
        filled = 0
        for neighbour in order[number[row]]:
            for at in range(starts[neighbour], min(starts[neighbour + 1], starts[neighbour] + lists.shape[1] - filled)):
                lists[row, filled] = members[at]
                filled += 1
