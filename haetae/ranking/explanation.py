"""Why a candidate stands where it stands: conditions against what was read, neighbours shared with the probe, hops in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isfinite, log

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import AttributeCondition, Attributes
from haetae.domain.embedding import Vectors
from haetae.domain.explanation import ConditionEvidence, Hop, SharedNeighbours, Verdict
from haetae.domain.query import Candidate, TrajectoryStep
from haetae.ranking.evidence import Reliability, holding, likelihoods, log_odds, probability

Plausibility = Callable[[TrajectoryStep, TrajectoryStep], float]
"""Log odds that two stops are of one person, by their times and places: 0 where nothing is known, -inf where impossible."""

_CLEARLY = 0.1
"""Log odds from which a reading agrees or disagrees: below it the two are as good as equally likely."""


def conditions_explained(
    conditions: Sequence[AttributeCondition], attributes: Attributes, reliability: Reliability
) -> tuple[ConditionEvidence, ...]:
    """Each condition once, in the order in which they were asked."""
    return tuple(_explained(condition, attributes, reliability) for condition in dict.fromkeys(conditions))


def shared_neighbours(probes: Vectors, gallery: Vectors, rows: Sequence[int], k: int) -> list[SharedNeighbours]:
    """How many of their k + 1 nearest (themselves included) each of the gallery's `rows` and a probe share.

    `probes` (p, d) and `gallery` (n, d) are unit rows; neighbours are sought among both. Of several probes: the one that
    shares most.
    """
    together = np.concatenate([probes, gallery])
    k = min(k + 1, len(together))
    of_probes = _nearest(probes @ together.T, k)
    of_rows = _nearest(gallery[list(rows)] @ together.T, k)
    most = (of_probes.astype(np.float32) @ of_rows.astype(np.float32).T).max(axis=0)
    return [SharedNeighbours(int(shared), k) for shared in most]


def with_hops(candidates: Sequence[Candidate], way: Sequence[TrajectoryStep], plausible: Plausibility) -> list[Candidate]:
    """The candidates of one person, each with the hops from the sighting before it and to the one after it on its way."""
    places = {step.sighting_id: place for place, step in enumerate(way)}
    told = []
    for candidate in candidates:
        place = places[candidate.sighting.id]
        here = way[place]
        before = _hop(way[place - 1], way[place - 1], here, plausible) if place else None
        after = _hop(way[place + 1], here, way[place + 1], plausible) if place + 1 < len(way) else None
        told.append(replace(candidate, explanation=replace(candidate.explanation, before=before, after=after)))
    return told


def _explained(condition: AttributeCondition, attributes: Attributes, reliability: Reliability) -> ConditionEvidence:
    scores = attributes.scores.get(condition.name) or {}
    read = max(scores, key=lambda value: scores[value]) if scores else None
    speaks = holding(condition, attributes, reliability)
    verdict = Verdict.UNKNOWN if abs(speaks) < _CLEARLY else Verdict.AGREES if speaks > 0 else Verdict.DISAGREES
    known = likelihoods(condition, reliability)
    holds = None if read is None or known is None else probability(speaks + log(known.share / (1.0 - known.share)))
    score = None if read is None else scores[read]
    odds = log_odds([condition], attributes, reliability)[condition]
    return ConditionEvidence(condition, read, score, holds, odds, verdict)


def _hop(other: TrajectoryStep, earlier: TrajectoryStep, later: TrajectoryStep, plausible: Plausibility) -> Hop:
    odds = plausible(earlier, later)
    gap_s = (later.started_at - earlier.ended_at).total_seconds()
    return Hop(other.sighting_id, gap_s, odds if isfinite(odds) else None, isfinite(odds))


def _nearest(similarities: NDArray[np.floating], k: int) -> NDArray[np.bool_]:
    """(m, n) whether each column is among the k most similar of its row; ties by index."""
    nearest = np.argsort(-similarities, axis=1, kind="stable")[:, :k]
    member = np.zeros(similarities.shape, dtype=np.bool_)
    np.put_along_axis(member, nearest, True, axis=1)
    return member
