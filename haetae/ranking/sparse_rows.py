"""Sparse rows of weights: averaged over neighbours (local query expansion), and compared by their Jaccard distance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.ranking.rows import over_rows


@dataclass(frozen=True, slots=True, eq=False)
class SparseRows:
    """n rows; row i holds `weights[starts[i]:starts[i + 1]]` float32 in the columns `columns[...]` int32, each column once."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1


def packed(columns: NDArray[np.int32], weights: NDArray[np.float32], counts: NDArray[np.int32]) -> SparseRows:
    """Padded (n, room) rows, of which `counts` (n,) entries are meant, without their padding."""
    meant = np.arange(columns.shape[1]) < counts[:, None]
    return SparseRows(_starts(counts), columns[meant], weights[meant])


def stacked(parts: Sequence[SparseRows]) -> SparseRows:
    """The rows of all parts (at least one), one after the other."""
    counts = np.concatenate([np.diff(part.starts) for part in parts])
    columns, weights = (np.concatenate(arrays) for arrays in zip(*((p.columns, p.weights) for p in parts), strict=True))
    return SparseRows(_starts(counts), columns, weights)


def averaged(rows: SparseRows, over: NDArray[np.int32], strengths: NDArray[np.float32] | None = None) -> SparseRows:
    """Row i becomes the mean of the rows `over[i]`; `over` is (n, k2) int32, -1 where there are no more.

    With `strengths` (n, k2) float32, not below 0, it becomes their weighed sum instead.
    """
    divisors = np.ones(len(rows), np.float32)
    if strengths is None:
        strengths = (over >= 0).astype(np.float32)
        divisors = strengths.sum(axis=1)
    taken = (np.where(strengths > 0, over, -1), strengths, divisors)
    counts = np.empty(len(rows), np.int32)
    over_rows(lambda a, b: _count_columns(a, b, rows.starts, rows.columns, taken[0], counts), len(rows))
    starts = _starts(counts)
    columns = np.empty(starts[-1], np.int32)
    weights = np.empty(starts[-1], np.float32)
    source = (rows.starts, rows.columns, rows.weights)
    over_rows(lambda a, b: _average(a, b, source, taken, (starts, columns, weights)), len(rows))
    return SparseRows(starts, columns, weights)


def unit_length(rows: SparseRows) -> SparseRows:
    """Each row divided by its Euclidean length; a row of nothing stays."""
    squares = np.add.reduceat(np.append(np.square(rows.weights, dtype=np.float64), 0.0), rows.starts[:-1])
    squares[rows.starts[:-1] == rows.starts[1:]] = 1.0
    lengths = np.repeat(np.sqrt(squares), np.diff(rows.starts))
    return SparseRows(rows.starts, rows.columns, (rows.weights / lengths).astype(np.float32))


def jaccard_distances(rows: SparseRows, n_query: int) -> NDArray[np.float32]:
    """(n_query, n - n_query) float32, 0-1: the paper's equation 10 between the first `n_query` rows and the others.

    Rows sum to 1, so the sum of the larger weights is 2 less the sum of the smaller ones.
    """
    return next((block for _, block in jaccard_blocks(rows, n_query, n_query)), np.empty((0, len(rows)), np.float32))


def jaccard_blocks(rows: SparseRows, n_query: int, n_rows: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """`jaccard_distances`, at most `n_rows` rows at a time: (first row, (rows, n - n_query) float32)."""
    gallery = _by_column(rows.starts, rows.columns, rows.weights, n_query)
    source = (rows.starts, rows.columns, rows.weights)
    for first in range(0, n_query, max(1, n_rows)):
        distances = np.empty((min(n_rows, n_query - first), len(rows) - n_query), np.float32)
        over_rows(lambda a, b, f=first, d=distances: _jaccard(a, b, f, source, gallery, d), len(distances))  # type: ignore[misc]
        yield first, distances


def products(rows: SparseRows, n_query: int) -> NDArray[np.float32]:
    """(n_query, n - n_query) float32: the dot products of the first `n_query` rows with the others."""
    gallery = _by_column(rows.starts, rows.columns, rows.weights, n_query)
    sums = np.empty((n_query, len(rows) - n_query), np.float32)
    source = (rows.starts, rows.columns, rows.weights)
    over_rows(lambda a, b: _multiply(a, b, source, gallery, sums), n_query)
    return sums


def _starts(counts: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


@numba.njit(nogil=True, cache=True)
def _count_columns(first, end, starts, columns, over, counts):  # type: ignore[no-untyped-def]
    seen_in = np.full(len(starts) - 1, -1, np.int64)
    for row in range(first, end):
        count = 0
        for place in range(over.shape[1]):
            source = over[row, place]
            if source < 0:
                continue
            for at in range(starts[source], starts[source + 1]):
                if seen_in[columns[at]] != row:
                    seen_in[columns[at]] = row
                    count += 1
        counts[row] = count


@numba.njit(nogil=True, cache=True)
def _average(first, end, source, taken, out):  # type: ignore[no-untyped-def]
    starts, columns, weights = source
    over, strengths, divisors = taken
    out_starts, out_columns, out_weights = out
    sums = np.zeros(len(starts) - 1, np.float32)
    seen_in = np.full(len(starts) - 1, -1, np.int64)
    for row in range(first, end):
        to = out_starts[row]
        for place in range(over.shape[1]):
            mean_of = over[row, place]
            if mean_of < 0:
                continue
            for at in range(starts[mean_of], starts[mean_of + 1]):
                column = columns[at]
                if seen_in[column] != row:
                    seen_in[column] = row
                    sums[column] = 0
                    out_columns[to] = column
                    to += 1
                sums[column] += strengths[row, place] * weights[at]
        for at in range(out_starts[row], out_starts[row + 1]):
            out_weights[at] = sums[out_columns[at]] / divisors[row]


@numba.njit(nogil=True, cache=True)
def _by_column(starts, columns, weights, first_row):  # type: ignore[no-untyped-def]
    """The rows from `first_row` on, stored by column: (column starts, row - first_row, weight)."""
    n = len(starts) - 1
    column_starts = np.zeros(n + 1, np.int64)
    for at in range(starts[first_row], starts[n]):
        column_starts[columns[at] + 1] += 1
    for column in range(n):
        column_starts[column + 1] += column_starts[column]
    free = column_starts[:-1].copy()
    row_of = np.empty(column_starts[n], np.int32)
    weight_of = np.empty(column_starts[n], np.float32)
    for row in range(first_row, n):
        for at in range(starts[row], starts[row + 1]):
            to = free[columns[at]]
            free[columns[at]] += 1
            row_of[to] = row - first_row
            weight_of[to] = weights[at]
    return column_starts, row_of, weight_of


@numba.njit(nogil=True, cache=True)
def _jaccard(first, end, skipped, source, gallery, distances):  # type: ignore[no-untyped-def]
    """Rows first..end of `distances` are those of the sparse rows `skipped` further on."""
    starts, columns, weights = source
    column_starts, row_of, weight_of = gallery
    for row in range(first, end):
        distances[row, :] = 0
        for at in range(starts[skipped + row], starts[skipped + row + 1]):
            for other in range(column_starts[columns[at]], column_starts[columns[at] + 1]):
                distances[row, row_of[other]] += min(weights[at], weight_of[other])
        for to in range(distances.shape[1]):
            shared = distances[row, to]
            distances[row, to] = np.float32(1) - shared / (np.float32(2) - shared)


@numba.njit(nogil=True, cache=True)
def _multiply(first, end, source, gallery, sums):  # type: ignore[no-untyped-def]
    starts, columns, weights = source
    column_starts, row_of, weight_of = gallery
    for row in range(first, end):
        sums[row, :] = 0
        for at in range(starts[row], starts[row + 1]):
            for other in range(column_starts[columns[at]], column_starts[columns[at] + 1]):
                sums[row, row_of[other]] += weights[at] * weight_of[other]
