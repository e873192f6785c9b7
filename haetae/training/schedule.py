"""How far a run is, and what the learning rate is there."""

from __future__ import annotations

import math

from haetae.training.recipe import Optimisation


def share_done(optimisation: Optimisation, step: int, elapsed_s: float) -> float:
    """The share of the run behind it, 0-1: of its steps, or of its seconds where they are set and further on."""
    share = step / optimisation.steps
    if optimisation.seconds is not None:
        share = max(share, elapsed_s / optimisation.seconds)
    return min(1.0, share)


def finished(optimisation: Optimisation, step: int, elapsed_s: float) -> bool:
    """Whether no further step is to be made."""
    return share_done(optimisation, step, elapsed_s) >= 1.0


def learning_rate(optimisation: Optimisation, step: int, elapsed_s: float) -> float:
    """For the step that is about to be made, counted from 0: linear warm-up times half a cosine over the share done.

    Loshchilov and Hutter, SGDR, eq. 5, without restarts.
    """
    warm = min(1.0, (step + 1) / max(1, optimisation.warmup_steps))
    cosine = 0.5 * (1.0 + math.cos(math.pi * share_done(optimisation, step, elapsed_s)))
    return optimisation.learning_rate * warm * (optimisation.final_share + (1.0 - optimisation.final_share) * cosine)
