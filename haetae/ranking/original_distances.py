"""Squared distances of probes from the gallery: out of products that somebody computes anyway, or computed here."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.copies import Copies
from haetae.ranking.rows import at_once


class OriginalDistances:
    """Of `n_query` probes from the gallery behind them, as `vectors` (n, d) of length 1. Equal rows of it are equally far,
    to the last digit."""

    def __init__(self, vectors: Vectors, n_query: int) -> None:
        self._probes, self._gallery = vectors[:n_query], vectors[n_query:]
        self._n_shown = 0

    def see(self, first: int, products: NDArray[np.float32]) -> None:
        """A SeeBlock: keeps what it is shown of the probes' rows."""
        n_left = len(self._probes) - first
        if n_left > 0:
            self._n_shown = min(first + len(products), len(self._probes))
            _to_squared(products[:n_left, n_left:], self._rows[first : self._n_shown])

    def whole(self) -> NDArray[np.float32]:
        """(n_query, n_gallery) float32: what was shown, and what was not, computed now."""
        step = at_once(4 * len(self._gallery))
        for first in range(self._n_shown, len(self._probes), step):
            rows = slice(first, min(first + step, len(self._probes)))
            self._rows[rows] = self.of(rows)
        return self._rows

    def of(self, rows: slice) -> NDArray[np.float32]:
        """(m, n_gallery) float32 of some probes, computed anew."""
        products = self._probes[rows] @ self._gallery.T
        self._copies.tie(products)
        _to_squared(products, products)
        return products

    @cached_property
    def _rows(self) -> NDArray[np.float32]:
        return np.empty((len(self._probes), len(self._gallery)), np.float32)

    @cached_property
    def _copies(self) -> Copies:
        return Copies.among(self._gallery)


def _to_squared(products: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """2 - 2 products, not below 0: of unit vectors."""
    np.multiply(products, np.float32(-2), out=out)
    out += np.float32(2)
    np.maximum(out, np.float32(0), out=out)
