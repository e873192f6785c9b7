"""Crops to be measured on, wherever they come from: pixels are read one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from haetae.domain.attributes import AttributeName
from haetae.domain.frame import Pixels
from haetae.training.evaluation.retrieval import Labels


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """`load` gives the pixels of crop 0 .. n - 1; `labels` say who and by which camera, `attributes` what each looks like."""

    n: int
    load: Callable[[int], Pixels]
    labels: Labels | None = None
    attributes: Sequence[Mapping[AttributeName, str]] = ()

    def batches(self, size: int) -> Iterator[list[Pixels]]:
        """All crops in order, `size` at a time."""
        for first in range(0, self.n, size):
            yield [self.load(i) for i in range(first, min(self.n, first + size))]


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """A search to be measured: crops that ask, and those that are searched, both with labels."""

    name: str
    queries: Crops
    gallery: Crops
