"""Searches over held-out people: one photo of somebody, asked of all tracklets by other cameras."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking import CameraAware, Reranking, TakenBy, rerank_embeddings
from haetae.training.calibration.tracklets import Ints, Tracklets

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Who is looked for (a row of the tracklets), by which crop, and the rows of the tracklets that are searched."""

    tracklet: int
    crop: int
    gallery: Ints


def searches(people: Tracklets) -> Iterator[Asked]:
    """Two for each person who was seen by two cameras or more: the first crop of the first and of the last tracklet."""
    for identity in np.unique(people.identities):
        own = np.flatnonzero(people.identities == identity)
        if len(np.unique(people.cameras[own])) < 2:
            continue
        for row in (own[0], own[-1]):
            same_view = (people.identities == identity) & (people.cameras == people.cameras[row])
            crop = int(np.flatnonzero(people.crops.tracklet == row)[0])
            yield Asked(int(row), crop, np.flatnonzero(~same_view))


def same(people: Tracklets, asked: Asked) -> NDArray[np.bool_]:
    """Which of the searched tracklets show the person."""
    return np.asarray(people.identities[asked.gallery] == people.identities[asked.tracklet])


def distances(people: Tracklets, asked: Asked, probe: Vectors | None = None) -> NDArray[np.float64]:
    """(n,) cosine distances of the searched tracklets; `probe` (d,) in place of the crop's own embedding."""
    vector = people.crops.vectors[asked.crop] if probe is None else probe
    return np.clip(1.0 - people.vectors[asked.gallery] @ vector, 0.0, 2.0).astype(np.float64)


def reranked(people: Tracklets, asked: Asked, how: Reranking) -> NDArray[np.float64]:
    """(n,) re-ranked distances, the photo by itself and by a camera of its own, as search does."""
    taken_by = TakenBy(np.array([-1]), people.cameras[asked.gallery]) if isinstance(how, CameraAware) else None
    probe = people.crops.vectors[asked.crop][None]
    return np.asarray(rerank_embeddings(probe, people.vectors[asked.gallery], how, taken_by)[0], np.float64)


def first_right(order: NDArray[np.float64], right: NDArray[np.bool_]) -> int:
    """The place, from 0, of the first right one by rising `order`; ties by index."""
    return int(np.flatnonzero(right[np.argsort(order, kind="stable")])[0])


def average_precision(order: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean of the precisions at the right ones."""
    places = np.flatnonzero(right[np.argsort(order, kind="stable")])
    return float((np.arange(1, len(places) + 1) / (places + 1)).mean())
