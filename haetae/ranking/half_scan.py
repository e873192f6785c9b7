"""The most similar of every vector out of half of all products: a product serves its row and, mirrored, its column."""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.most_similar import MostSimilar
from haetae.ranking.rows import at_once, over_rows

SeeBlock = Callable[[int, NDArray[np.float32]], None]

_SCREEN = 64  # products looked at together: few groups hold one that counts
_TILE = 256  # columns whose running maxima stay in the processor's nearest cache


def most_similar_of_all(vectors: Vectors, kept: int, see: SeeBlock) -> MostSimilar:
    """As FindsMostSimilar, in this process; ties by column.

    `see(first, products)` is shown the products (rows, n - first) of some rows with themselves and all later ones, in order.
    """
    n = len(vectors)
    state = order, _, least = nothing_found(n, kept)
    rows = at_once(4 * n)
    for first in range(0, n, rows):
        block = vectors[first : first + rows] @ vectors[first:].T
        see(first, block)
        own, others = len(block), block.shape[1] - len(block)
        over_rows(lambda a, b, p=block, f=first: take_along_rows(p, a, b, f, state), own)  # type: ignore[misc]
        over_rows(lambda a, b, p=block, f=first: _take_along_columns(p, a, b, f, state), others)  # type: ignore[misc]
    return MostSimilar(order, least)


def nothing_found(n: int, kept: int) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """What the kernels begin with: (n, kept) columns and their products, and the least product (n,)."""
    return np.full((n, kept), -1, np.int32), np.full((n, kept), -np.inf, np.float32), np.full(n, np.inf, np.float32)


@numba.njit(nogil=True, cache=True)
def put(order, values, row, column, value):  # type: ignore[no-untyped-def]
    """The column among the row's largest; columns come in ascending order, so that an equal one stays behind."""
    place = order.shape[1] - 1
    while place > 0 and values[row, place - 1] < value:
        values[row, place] = values[row, place - 1]
        order[row, place] = order[row, place - 1]
        place -= 1
    values[row, place] = value
    order[row, place] = column


@numba.njit(nogil=True, cache=True)
def take_along_rows(products, begin, end, first, state):  # type: ignore[no-untyped-def]
    """Rows begin..end of the block learn of its columns. Both stand for `first` and later in the state."""
    order, values, least = state
    n = products.shape[1]
    last = order.shape[1] - 1
    for at in range(begin, end):
        row = first + at
        minimum = least[row]
        for start in range(0, n, _SCREEN):
            stop = min(n, start + _SCREEN)
            high = products[at, start]
            low = high
            for column in range(start, stop):
                high = max(high, products[at, column])
                low = min(low, products[at, column])
            minimum = min(minimum, low)
            if high <= values[row, last]:
                continue
            for column in range(start, stop):
                if products[at, column] > values[row, last]:
                    put(order, values, row, first + column, products[at, column])
        least[row] = minimum


@numba.njit(nogil=True, cache=True)
def _take_along_columns(products, begin, end, first, state):  # type: ignore[no-untyped-def]
    """Those behind the block's own rows, from begin to end of them, learn of its rows."""
    order, values, least = state
    n_rows = products.shape[0]
    last = order.shape[1] - 1
    high, low = np.empty(_TILE, np.float32), np.empty(_TILE, np.float32)
    for left in range(n_rows + begin, n_rows + end, _TILE):
        wide = min(_TILE, n_rows + end - left)
        for start in range(0, n_rows, _SCREEN):
            stop = min(n_rows, start + _SCREEN)
            high[:wide] = products[start, left : left + wide]
            low[:wide] = high[:wide]
            for at in range(start + 1, stop):
                for i in range(wide):
                    value = products[at, left + i]
                    high[i] = max(high[i], value)
                    low[i] = min(low[i], value)
            for i in range(wide):
                row = first + left + i
                least[row] = min(least[row], low[i])
                if high[i] <= values[row, last]:
                    continue
                for at in range(start, stop):
                    if products[at, left + i] > values[row, last]:
                        put(order, values, row, first + at, products[at, left + i])
