"""Embeddings of a data set in one file, and how well they rank: before and after re-ranking, over folds of identities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haetae.errors import Misconfigured
from haetae.ranking import KReciprocal, rerank_embeddings
from haetae.training.evaluation.retrieval import Labels, retrieval

_ARRAYS = ("embeddings", "identities", "cameras", "is_query")


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Queries and gallery of one data set: embeddings (n, d) float32, identities and cameras (n,) int."""

    probes: NDArray[np.float32]
    queries: Labels
    vectors: NDArray[np.float32]
    gallery: Labels


def write_embeddings(
    file: Path,
    embeddings: NDArray[np.float32],
    identities: NDArray[np.integer],
    cameras: NDArray[np.integer],
    is_query: NDArray[np.bool_],
) -> None:
    """One .npz; rows belong together."""
    np.savez_compressed(file, embeddings=embeddings, identities=identities, cameras=cameras, is_query=is_query)


@lru_cache(maxsize=4)
def read_embeddings(file: Path) -> Embedded:
    """Of a file that `write_embeddings` wrote. Raises Misconfigured, saying what such a file holds."""
    try:
        with np.load(file) as arrays:
            vectors, identities, cameras, is_query = (arrays[name] for name in _ARRAYS)
    except (OSError, KeyError, ValueError) as error:
        raise Misconfigured(
            f"{file} holds no embeddings: an .npz with embeddings (n, d) float32, identities (n,) and cameras (n,) of whole "
            "numbers, is_query (n,) of truth values."
        ) from error
    asked = is_query.astype(bool)
    if not asked.any() or asked.all():
        raise Misconfigured("Some rows are queries and some are gallery; here all are one.", file=file)
    return Embedded(
        vectors[asked].astype(np.float32),
        Labels(identities[asked], cameras[asked]),
        vectors[~asked].astype(np.float32),
        Labels(identities[~asked], cameras[~asked]),
    )


def reranked(data: Embedded, how: KReciprocal | None) -> NDArray[np.float32]:
    """(n_query, n_gallery) float32, small is near; None: cosine distances as they are."""
    if how is not None:
        return rerank_embeddings(data.probes, data.vectors, how)
    units = [rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12) for rows in (data.probes, data.vectors)]
    return np.asarray(1.0 - units[0] @ units[1].T, dtype=np.float32)


def fold_of(identities: NDArray[np.integer], n_folds: int, seed: int = 0) -> NDArray[np.intp]:
    """(n,) int 0 .. n_folds - 1: all crops of a person are in one fold, folds have nearly equally many people.

    Raises Misconfigured where there are fewer people than folds.
    """
    people = np.unique(identities)
    if n_folds < 1 or len(people) < n_folds:
        raise Misconfigured(f"{len(people)} people cannot be parted into {n_folds} folds.")
    order = np.random.default_rng((seed, n_folds)).permutation(len(people))
    folds = np.empty(len(people), np.intp)
    folds[order] = np.arange(len(people)) % n_folds
    return folds[np.searchsorted(people, identities)]


def ranked_figures(distances: NDArray[np.float32], data: Embedded, members: NDArray[np.bool_] | None = None) -> dict[str, float]:
    """mAP, rank-1, rank-5 and mINP of the queries `members` (all by default), by Market-1501's protocol."""
    chosen = np.ones(len(data.queries), bool) if members is None else members
    labels = Labels(data.queries.identities[chosen], data.queries.cameras[chosen])
    found = retrieval(distances[chosen], labels, data.gallery, max_rank=20)
    return {
        "map": found.mean_average_precision,
        "rank1": found.rank(1),
        "rank5": found.rank(5),
        "minp": found.mean_inverse_penalty,
    }


@dataclass(frozen=True, slots=True)
class Threshold:
    """A distance up to which the first candidate is taken for the person; `precision` and `recall` are those there."""

    distance: float
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-12)


def best_threshold(distances: NDArray[np.float32], data: Embedded) -> Threshold:
    """The one with the best F1 of the first candidates: nearest crops that are not the same person by the same camera."""
    same_camera = data.queries.cameras[:, None] == data.gallery.cameras[None]
    same_person = data.queries.identities[:, None] == data.gallery.identities[None]
    allowed = np.where(same_camera & same_person, np.inf, distances)
    first = allowed.argmin(axis=1)
    rows = np.arange(len(first))
    near, right = allowed[rows, first], same_person[rows, first]
    order = np.argsort(near, kind="stable")
    hits = np.cumsum(right[order])
    precision, recall = hits / np.arange(1, len(hits) + 1), hits / len(hits)
    best = int(np.argmax(2 * precision * recall / np.maximum(precision + recall, 1e-12)))
    return Threshold(float(near[order][best]), float(precision[best]), float(recall[best]))
