"""How far a run is, and its learning rate."""

from __future__ import annotations

import pytest

from haetae.training.recipe import Optimisation
from haetae.training.schedule import finished, learning_rate, share_done

BY_STEPS = Optimisation(steps=100, learning_rate=1.0, warmup_steps=10, final_share=0.1)
BY_SECONDS = Optimisation(steps=10_000, learning_rate=1.0, warmup_steps=10, final_share=0.1, seconds=60.0)


def test_the_rate_rises_then_falls_along_a_cosine() -> None:
    """A tenth at the first of ten warm-up steps, the half-way value at half-way, the final share at the end."""
    assert learning_rate(BY_STEPS, 0, 0.0) == pytest.approx(0.1)
    assert learning_rate(BY_STEPS, 50, 0.0) == pytest.approx(0.55)
    assert learning_rate(BY_STEPS, 100, 0.0) == pytest.approx(0.1)


def test_a_run_told_its_seconds_goes_by_the_time() -> None:
    """The schedule is half through at half of the seconds, whatever the step, and ends with them."""
    assert learning_rate(BY_SECONDS, 50, 30.0) == pytest.approx(0.55, abs=1e-3)
    assert finished(BY_SECONDS, 50, 60.0)
    assert not finished(BY_SECONDS, 50, 59.0)


def test_steps_end_a_run_that_has_seconds_left() -> None:
    """Whichever limit is nearer counts; time alone does not move a run by steps."""
    assert share_done(BY_SECONDS, 10_000, 1.0) == 1.0
    assert share_done(BY_STEPS, 50, 1e9) == 0.5
