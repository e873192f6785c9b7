"""A probe attached to a stored neighbour graph: its own set, and how much of it each row's set shares."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.ranking.graph_sets import SetPool
from haetae.ranking.k_reciprocal import KReciprocal
from haetae.ranking.neighbour_lists import NeighbourLists, Rows
from haetae.ranking.reciprocal_sets import holds, mutual


@dataclass(frozen=True, slots=True, eq=False)
class Attachment:
    """Squared distances (n,) float32 from the probe to every row, the k1 `nearest` rows in order, and the largest distance."""

    distances: NDArray[np.float32]
    nearest: Rows
    farthest: float


def attach(lists: NeighbourLists, sets: SetPool, probe: Attachment, how: KReciprocal, rows: Rows) -> NDArray[np.float32]:
    """(m,) float32 re-ranked distances 0-1 of `rows`. The sets of the nearest, and of all within k2 of `rows`, must be there."""
    order, reach = lists.order[: lists.n], lists.distances
    k_narrow = round(how.k1 / 2)
    reciprocal = probe.nearest[probe.distances[probe.nearest] <= reach[probe.nearest, how.k1]]
    also_narrow = np.zeros(lists.n, np.bool_)  # of whom the probe is a near neighbour and who is one of the probe's
    closest = probe.nearest[:k_narrow]
    also_narrow[closest] = probe.distances[closest] <= reach[closest, k_narrow]
    own, of_probe = _own_set(order, reciprocal, also_narrow, k_narrow + 1, probe)
    entered = np.zeros(lists.n, np.float32)  # the weight of the probe in the sets of others, before they are divided by their sum
    entered[reciprocal] = np.exp(-probe.distances[reciprocal] / np.maximum(lists.farthest[reciprocal], np.float32(1e-12)))
    pool = (sets.starts, sets.counts, sets.columns, sets.weights, sets.totals)
    averaged_over = probe.nearest[: how.k2 - 1]
    of_probe = _average_own(averaged_over, pool, entered, own, of_probe)
    jaccard = np.empty(len(rows), np.float32)
    _compare(rows, (order, how.k2), pool, entered, (own, of_probe), jaccard)
    original = probe.distances[rows] / np.float32(probe.farthest)
    mixed = (1 - how.weight_of_original) * jaccard + how.weight_of_original * original
    return np.asarray(np.clip(mixed, 0, 1), dtype=np.float32)


def _own_set(
    order: NDArray[np.int32], reciprocal: Rows, also_narrow: NDArray[np.bool_], k_narrow: int, probe: Attachment
) -> tuple[NDArray[np.float32], float]:
    """The probe's set (n,) by column, and its own weight in it: the probe is its own nearest neighbour."""
    columns = _members(order, reciprocal, also_narrow, k_narrow)
    weights = np.exp(-probe.distances[columns] / np.float32(probe.farthest))
    total = 1.0 + float(weights.sum())
    own = np.zeros(len(order), np.float32)
    own[columns] = weights / np.float32(total)
    return own, 1.0 / total


@numba.njit(nogil=True, cache=True)
def _members(order, reciprocal, also_narrow, k_narrow):  # type: ignore[no-untyped-def]
    """Equation 4 for the probe: those it is a neighbour of both ways, and their narrow sets that lie among these."""
    narrow = np.empty(k_narrow, np.int32)
    found = np.empty(len(reciprocal) * (1 + k_narrow), np.int64)
    found[: len(reciprocal)] = reciprocal
    count = len(reciprocal)
    for at in range(len(reciprocal)):
        row = reciprocal[at]
        n_narrow = mutual(order, row, k_narrow, narrow)
        n_all = n_narrow + also_narrow[row]
        shared = np.int64(also_narrow[row])
        for i in range(n_narrow):
            shared += holds(reciprocal, len(reciprocal), narrow[i])
        if 3 * shared <= 2 * n_all:
            continue
        for i in range(n_narrow):
            if not holds(found, count, narrow[i]):
                found[count] = narrow[i]
                count += 1
    return found[:count]


@numba.njit(nogil=True, cache=True)
def _average_own(over, pool, entered, own, of_probe):  # type: ignore[no-untyped-def]
    """The mean of the probe's set and of those of its nearest, in place; returns the probe's weight in it."""
    starts, counts, columns, weights, totals = pool
    n = np.float32(1 + len(over))
    for at in range(len(over)):
        row = over[at]
        scale = totals[row] / (totals[row] + entered[row]) if entered[row] > 0 else np.float32(1)
        for i in range(starts[row], starts[row] + counts[row]):
            own[columns[i]] += scale * weights[i]
        if entered[row] > 0:
            of_probe += entered[row] / (totals[row] + entered[row])
    for column in range(len(own)):
        own[column] /= n
    return of_probe / n


@numba.njit(nogil=True, cache=True)
def _compare(rows, listed, pool, entered, probe, jaccard):  # type: ignore[no-untyped-def]
    """Equation 10 between the probe's averaged set and that of each row, which is averaged here."""
    order, k2 = listed
    starts, counts, columns, weights, totals = pool
    own, of_probe = probe
    sums = np.zeros(len(own), np.float32)
    touched = np.empty(len(own), np.int32)
    for at in range(len(rows)):
        n_touched, n_over, in_set = 0, 0, 0.0
        for place in range(min(k2, order.shape[1])):
            row = order[rows[at], place]
            if row < 0:
                break
            n_over += 1
            scale = np.float32(1)
            if entered[row] > 0:
                scale = totals[row] / (totals[row] + entered[row])
                in_set += entered[row] / (totals[row] + entered[row])
            for i in range(starts[row], starts[row] + counts[row]):
                column = columns[i]
                if own[column] > 0:
                    if sums[column] == 0:
                        touched[n_touched] = column
                        n_touched += 1
                    sums[column] += scale * weights[i]
        n_over = max(n_over, 1)
        shared = min(of_probe, in_set / n_over)
        for i in range(n_touched):
            shared += min(own[touched[i]], sums[touched[i]] / n_over)
            sums[touched[i]] = 0
        jaccard[at] = np.float32(1 - shared / (2 - shared))
