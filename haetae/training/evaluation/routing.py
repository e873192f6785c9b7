"""The route test on a city: films are followed, people embedded, problems asked, and routes compared with the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import Attributes
from haetae.domain.embedding import Vectors, pooled
from haetae.domain.frame import Pixels
from haetae.imaging.colours import clothing_colours
from haetae.ranking import KReciprocal, rerank_embeddings
from haetae.ranking.evidence import UNMEASURED, Reliability, log_odds
from haetae.ranking.fusion import Weights, fused, order_value
from haetae.ranking.likeness import Likeness
from haetae.training.evaluation.boxes import Boxes
from haetae.training.evaluation.following import FollowedPerson
from haetae.training.evaluation.route import Appearance, FoundPerson, Problem, RouteScores, owner, route_scores
from haetae.training.evaluation.tracks import Tracks
from services.reid.pipeline import MIN_WEIGHT, averaged

SHOTS = 4  # of a tracklet that are embedded, as reid does
WEIGHTS = Weights()  # as search has them


Classify = Callable[[Sequence[Pixels]], list[Attributes]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What reads crops: unit rows (n, d), and attributes; `classify` None: by the photo alone. What both are worth."""

    embed: Callable[[Sequence[Pixels]], Vectors]
    classify: Classify | None = None
    likeness: Likeness = field(default_factory=Likeness)
    reliability: Reliability = UNMEASURED


@dataclass(frozen=True, slots=True)
class RouteReport:
    """The test by the photo alone, by re-ranked distances, and by these with attributes; `n_followed` tracklets in all."""

    by_photo: RouteScores
    reranked: RouteScores
    with_attributes: RouteScores | None
    n_problems: int
    n_followed: int


def owned(camera: str, people: Sequence[FollowedPerson], truth: Tracks) -> list[FoundPerson]:
    """Whose each tracklet of a camera truly is."""
    by_frame: dict[int, Mapping[int, Boxes]] = {
        number: {int(id): frame.boxes[i] for i, id in enumerate(frame.ids)} for number, frame in truth.items()
    }
    return [FoundPerson(camera, each.from_s, each.to_s, owner(each.boxes, by_frame)) for each in people]


def route_report(
    asked: Sequence[Problem],
    followed: Sequence[FollowedPerson],
    owners: Sequence[FoundPerson],
    stays: Sequence[Appearance],
    reading: Reading,
    progress: Callable[[int], None] = lambda done: None,
) -> RouteReport:
    """Asks all problems of all tracklets, whose true owners are in the same order."""
    probes = reading.embed([problem.photo for problem in asked])
    vectors = np.stack([_embedded(each, reading, i, progress) for i, each in enumerate(followed)])
    plain = np.clip(1.0 - probes @ vectors.T, 0.0, 2.0)
    reranked = _reranked(probes, vectors)
    people = [problem.person for problem in asked]
    described = None
    if reading.classify is not None:
        read = [_described(each, reading.classify) for each in followed]
        described = route_scores(people, _ordered(asked, reranked, read, reading), owners, stays)
    return RouteReport(
        route_scores(people, plain, owners, stays),
        route_scores(people, reranked, owners, stays),
        described,
        len(asked),
        len(followed),
    )


def _embedded(person: FollowedPerson, reading: Reading, number: int, progress: Callable[[int], None]) -> NDArray[np.float32]:
    progress(number + 1)
    weights = np.maximum(np.array(person.qualities[:SHOTS]), MIN_WEIGHT)
    return pooled(reading.embed(person.crops[:SHOTS]), weights)


def _described(person: FollowedPerson, classify: Classify) -> Attributes:
    """As reid does: over the best shots, weighted by quality, measured colours first."""
    crops = person.crops[:SHOTS]
    read = zip(classify(crops), crops, person.qualities, strict=False)
    return averaged([(seen.merged(clothing_colours(crop)), max(q, MIN_WEIGHT)) for seen, crop, q in read])


def _reranked(probes: Vectors, vectors: Vectors) -> NDArray[np.float32]:
    """Each problem is asked by itself: an operator's query knows nothing of the others."""
    return np.concatenate([rerank_embeddings(probe[None], vectors, KReciprocal()) for probe in probes])


def _ordered(
    asked: Sequence[Problem], distances: NDArray[np.float32], read: Sequence[Attributes], reading: Reading
) -> NDArray[np.float64]:
    """What search orders by, with its default weights."""
    slope = reading.likeness.of(KReciprocal())

    def order(problem: Problem, distance: float, attributes: Attributes) -> float:
        told = sum(log_odds(problem.conditions, attributes, reading.reliability).values())
        return order_value(fused(slope.log_odds(distance), told, None, WEIGHTS))

    return np.array(
        [[order(p, float(d), its) for d, its in zip(row, read, strict=True)] for p, row in zip(asked, distances, strict=True)]
    )
