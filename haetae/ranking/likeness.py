"""What distances of embeddings are worth: log odds that two sightings show one person, by the network that embedded them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from haetae.ranking.camera_aware import CameraAware
from haetae.ranking.k_reciprocal import KReciprocal
from haetae.ranking.propagation import GraphPropagation
from haetae.ranking.rerank import Reranking

COSINE = "cosine"
NAMES: Mapping[type[Reranking], str] = MappingProxyType(
    {KReciprocal: "k-reciprocal", CameraAware: "camera-aware", GraphPropagation: "graph"}
)
"""What re-rankings are called where a network's distances are measured."""


@dataclass(frozen=True, slots=True)
class Slope:
    """Log odds that fall with distance: 0 at `even`, by `steepness` a unit. Raises ValueError where they would not fall."""

    even: float
    steepness: float

    def __post_init__(self) -> None:
        if not self.steepness > 0.0 or not -1e3 < self.even < 1e3:
            raise ValueError(f"log odds fall with distance: a steepness above 0, not {self}")

    def log_odds(self, distance: float) -> float:
        """Natural log odds of one and the same person, where that was as likely as not."""
        return self.steepness * (self.even - distance)


_UNMEASURED: Mapping[str, Slope] = MappingProxyType(
    {COSINE: Slope(0.35, 15.0), "k-reciprocal": Slope(0.65, 15.0), "camera-aware": Slope(0.65, 15.0), "graph": Slope(0.65, 8.0)}
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a network's distances are worth, by how they were made (COSINE and the re-rankings of NAMES).

    The defaults are rough and of no network: they order people as distances do, and only their size is a guess.
    """

    slopes: Mapping[str, Slope] = field(default_factory=lambda: _UNMEASURED)

    def of(self, how: Reranking | None) -> Slope:
        """Of re-ranked distances, or of cosine distances where nothing was re-ranked."""
        name = COSINE if how is None else NAMES[type(how)]
        return self.slopes.get(name) or _UNMEASURED[name]
