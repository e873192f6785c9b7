"""Whether a sighting fits in time and place between those that are known to show the person."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence

from haetae.domain.query import TrajectoryStep
from haetae.ranking.explanation import Plausibility


def space_time(step: TrajectoryStep, known: Sequence[TrajectoryStep], plausible: Plausibility) -> float | None:
    """Log odds from the known stop before and the one after it, together; -inf where either is impossible, None without any.

    `known` are in order of time. A stop that is itself among them is not compared with itself. Only neighbours in time count:
    what lies further away is explained by what lies between.
    """
    others = [each for each in known if each.sighting_id != step.sighting_id]
    at = bisect([(each.started_at, each.ended_at) for each in others], (step.started_at, step.ended_at))
    parts = [plausible(others[at - 1], step)] if at else []
    parts += [plausible(step, others[at])] if at < len(others) else []
    return sum(parts) if parts else None
