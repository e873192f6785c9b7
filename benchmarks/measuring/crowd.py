"""A gallery of any size whose embeddings are spread as a real network's are.

The networks embed crops of drawn people whom none of them learnt from (the city's test people: 930, six crops each by four
cameras). Of those vectors we take the mean, the covariance between people and the covariance of one person's crops; new people
and their sightings are drawn from normal distributions with these, and scaled to length 1. Distances of one person's sightings
and of different people's come out near the crops' own, but spread less (`likeness` of both).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors, normalised

KEPT = Path(".haetae/benchmarks")
_SHOTS = 6
_SEED = 20_261_121

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """`mean` (d,), and what turns (n, d) normal numbers into people (`between`) and into sightings (`within`), each (d, d)."""

    mean: Vectors
    between: Vectors
    within: Vectors

    @classmethod
    def fitted(cls, vectors: Vectors, people: Rows) -> Crowd:
        """To (n, d) vectors with who each shows (n,)."""
        known, who, counts = np.unique(people, return_inverse=True, return_counts=True)
        means = np.zeros((len(known), vectors.shape[1]))
        np.add.at(means, who, vectors)
        means /= counts[:, None]
        rest = vectors - means[who]
        within = rest.T @ rest / (len(rest) - len(known))
        between = np.cov(means.T) - within / counts.mean()
        return cls(vectors.mean(axis=0), _root(between), _root(within))

    def sightings(self, n: int, per_person: int, seed: int) -> tuple[NDArray[np.float16], Rows]:
        """(n, d) unit vectors as halves, in no order, and who each shows (n,)."""
        rng = np.random.default_rng(seed)
        people = self.mean + _drawn(rng, -(-n // per_person), self.between)
        who = rng.permutation(np.arange(n) // per_person)
        found = np.empty((n, len(self.mean)), np.float16)
        for first in range(0, n, 20_000):
            rows = slice(first, min(n, first + 20_000))
            found[rows] = normalised(people[who[rows]] + _drawn(rng, len(who[rows]), self.within))
        return found, who


def likeness(vectors: NDArray[np.floating], people: Rows) -> dict[str, list[float]]:
    """The 5th, 50th and 95th percentile of cosine distances of one person's vectors, and of different people's."""
    order = np.argsort(people, kind="stable")
    ones, others = order[:-1], order[1:]
    same = people[ones] == people[others]
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, len(vectors), (2, 50_000))
    apart = people[left] != people[right]
    pairs = {"same": (ones[same], others[same]), "different": (left[apart], right[apart])}
    found = {}
    for name, (a, b) in pairs.items():
        distances = 1 - np.einsum("nd,nd->n", vectors[a[:50_000]].astype(np.float32), vectors[b[:50_000]].astype(np.float32))
        found[name] = [round(float(value), 3) for value in np.percentile(distances, [5, 50, 95])]
    return found


def embedded_crops(networks: Sequence[str]) -> tuple[Vectors, Rows]:
    """The test people's crops by these networks, one network's numbers after the other's, as unit vectors; and who they show.

    Drawn and embedded once (minutes of one core), then kept.
    """
    parts = [_kept(network) for network in networks]
    return normalised(np.concatenate([vectors for vectors, _ in parts], axis=1)), parts[0][1]


def _kept(network: str) -> tuple[Vectors, Rows]:
    path = KEPT / f"appearance-{network}.npz"
    if not path.exists():
        from haetae.training.evaluation.identifying import embedded  # needs the training extra, which the rest does not
        from haetae.training.evaluation.measured import embedder
        from haetae.training.tables.drawn import crops_of, held_out_bank
        from haetae.training.workspace import Workspace

        bank = held_out_bank(Workspace.configured().banks, print)
        people = bank.columns["identity"]
        rng = np.random.default_rng(_SEED)
        chosen = np.sort(np.concatenate([rng.permutation(np.flatnonzero(people == one))[:_SHOTS] for one in np.unique(people)]))
        vectors, _ = embedded(embedder(network, Path(".haetae/training/teachers")), crops_of(bank, chosen))
        KEPT.mkdir(parents=True, exist_ok=True)
        np.savez(path, vectors=vectors, people=people[chosen])
    found = np.load(path)
    return found["vectors"], found["people"]


def _root(covariance: NDArray[np.float64]) -> Vectors:
    values, directions = np.linalg.eigh(covariance)
    return np.asarray(directions * np.sqrt(np.clip(values, 0, None)), dtype=np.float32)


def _drawn(rng: np.random.Generator, n: int, root: Vectors) -> Vectors:
    return np.asarray(rng.standard_normal((n, len(root)), dtype=np.float32) @ root.T, dtype=np.float32)
