"""Whether the person who is looked for is in the gallery at all.

In a large gallery strangers come close by chance. How near the nearest is, how many there are, and how densely those behind it
lie, tell more than a threshold on distance (the idea of cohort normalisation in biometrics; the definitions of
errors are those of ISO/IEC 19795-1 and NIST's 1:N tests, see haetae.training.evaluation.open_set).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import log10

import numpy as np
from numpy.typing import NDArray

from haetae.ranking.evidence import probability

N_FEATURES = 3
LIKELY, UNLIKELY = 0.8, 0.2
"""Probabilities from which, and up to which, the answer says so plainly."""

_BEHIND = slice(5, 50)  # ranks that are taken for strangers: a person has fewer sightings near the first


class Found(StrEnum):
    """What the whole answer says about the person being in the gallery."""

    LIKELY = "likely"
    UNSURE = "unsure"
    UNLIKELY = "unlikely"


@dataclass(frozen=True, slots=True)
class InGallery:
    """`probability` 0-1 where it was as likely as not beforehand."""

    found: Found
    probability: float


@dataclass(frozen=True, slots=True)
class Presence:
    """What the nearest sightings say, by an embedding network: intercept, then one coefficient for each of `features`.

    The default is of no network and says nothing: 0.5, unsure.
    """

    coefficients: tuple[float, ...] = (0.0,) * (N_FEATURES + 1)

    def __post_init__(self) -> None:
        if len(self.coefficients) != N_FEATURES + 1 or not all(abs(each) < 1e6 for each in self.coefficients):
            raise ValueError(f"an intercept and {N_FEATURES} finite coefficients, not {self.coefficients}")

    def of(self, distances: NDArray[np.floating], n_gallery: int) -> InGallery:
        """`distances` (n,) cosine distances of the nearest sightings, in any order; `n_gallery` how many were compared.

        Nobody is in an empty gallery.
        """
        if not len(distances):
            return InGallery(Found.UNLIKELY, 0.0)
        log_odds = self.coefficients[0] + float(np.dot(self.coefficients[1:], features(distances, n_gallery)))
        certain = probability(log_odds)
        found = Found.LIKELY if certain >= LIKELY else Found.UNLIKELY if certain <= UNLIKELY else Found.UNSURE
        return InGallery(found, certain)


def features(distances: NDArray[np.floating], n_gallery: int) -> NDArray[np.float64]:
    """(N_FEATURES,): the smallest distance, log10 of how many there are, and the spread of the distances behind the first.

    `distances` at least one. The spread is the standard deviation over the ranks of _BEHIND: small where strangers lie densely.
    """
    nearest = np.sort(np.asarray(distances, dtype=np.float64))
    behind = nearest[_BEHIND] if len(nearest) > _BEHIND.start else nearest[-1:]
    return np.array([nearest[0], log10(max(1, n_gallery)), float(behind.std())])
