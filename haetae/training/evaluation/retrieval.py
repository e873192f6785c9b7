"""CMC, mAP and mINP of a search for people, by the protocol of Market-1501.

Zheng et al.: Scalable Person Re-identification: A Benchmark, ICCV 2015; mINP: Ye et al., Deep Learning for Person
Re-identification: A Survey and Outlook, TPAMI 2021, section 4.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

JUNK = -1
"""The identity of crops that show no whole person: left out of every list, neither right nor wrong."""

DISTRACTOR = 0
"""The identity of crops of nobody who is asked for: always wrong."""

Ints = NDArray[np.integer]


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Identity and camera of each crop, (n,) each; identities may be JUNK and DISTRACTOR."""

    identities: Ints
    cameras: Ints

    def __len__(self) -> int:
        return len(self.identities)


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Shares 0-1. `cmc[k - 1]` is rank-k: how often one of the first k is right.

    `mean_average_precision` is that of the protocol's own program (the area under the curve of trapezia); `stepwise` is the one
    that most later papers print (the mean of the precisions at the right ones), a little higher or lower.
    """

    cmc: tuple[float, ...]
    mean_average_precision: float
    stepwise: float
    mean_inverse_penalty: float
    n_queries: int
    n_gallery: int
    n_without_match: int

    def rank(self, k: int) -> float:
        """Rank-k, k from 1."""
        return self.cmc[k - 1]


def retrieval(
    distances: NDArray[np.floating],
    queries: Labels,
    gallery: Labels,
    max_rank: int = 50,
    progress: Callable[[int], None] = lambda done: None,
    *,
    same_camera: bool = False,
) -> Retrieval:
    """How well `distances` (n_query, n_gallery), small is near, order the gallery for the queries.

    For each query, junk and crops of the same person by the same camera are taken out of its list; with `same_camera` the latter
    stay, which asks for less: they are the most alike. Equal distances stay in the
    gallery's order. Queries of which the gallery then has no crop are counted in `n_without_match` and nowhere else.
    Raises ValueError where shapes do not fit.
    """
    if distances.shape != (len(queries), len(gallery)):
        raise ValueError(f"distances are {distances.shape}, not ({len(queries)}, {len(gallery)})")
    ranks, average_precisions, stepwise, penalties = np.zeros(max_rank), [], [], []
    for i in range(len(queries)):
        progress(i)
        hits = _hits(distances[i], queries.identities[i], None if same_camera else queries.cameras[i], gallery)
        at = np.flatnonzero(hits)
        if not len(at):
            continue
        if at[0] < max_rank:
            ranks[at[0] :] += 1
        trapezia, steps = _average_precision(at)
        average_precisions.append(trapezia)
        stepwise.append(steps)
        penalties.append(len(at) / (at[-1] + 1))
    n = max(1, len(penalties))
    return Retrieval(
        tuple((ranks / n).tolist()),
        sum(average_precisions) / n,
        sum(stepwise) / n,
        sum(penalties) / n,
        len(penalties),
        len(gallery),
        len(queries) - len(penalties),
    )


def _hits(distances: NDArray[np.floating], identity: int, camera: int | None, gallery: Labels) -> NDArray[np.bool_]:
    """Whether each crop of the query's list, in its order and without what is taken out, shows the person.

    The person's crops by `camera` are taken out; by none where it is None.
    """
    order = np.argsort(distances, kind="stable")
    identities, cameras = gallery.identities[order], gallery.cameras[order]
    stays = identities != JUNK
    if camera is not None:
        stays &= ~((identities == identity) & (cameras == camera))
    return np.asarray(identities[stays] == identity, dtype=np.bool_)


def _average_precision(at: NDArray[np.intp]) -> tuple[float, float]:
    """Trapezia and steps, of right answers at these places (from 0) of a list."""
    n_right = np.arange(1, len(at) + 1)
    here = n_right / (at + 1)
    before = np.where(at > 0, (n_right - 1) / np.maximum(at, 1), 1.0)  # the precision one place earlier
    return float(((before + here) / 2).mean()), float(here.mean())
