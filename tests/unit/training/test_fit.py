"""Single steps of training."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from haetae.errors import Poison
from haetae.training.averaging import MovingAverage
from haetae.training.fit import Fit
from haetae.training.parameters import overridden
from haetae.training.runs.progress import Pace, clock
from haetae.training.workspace import Workspace
from tests.kit.tiny_recipe import TinyRecipe


def fit_of(recipe: TinyRecipe, workspace: Workspace) -> Fit:
    torch.manual_seed(recipe.seed)
    return Fit(recipe.build(workspace), recipe.optimisation, recipe.seed, torch.device("cpu"))


@pytest.fixture
def workspace(tmp_path) -> Workspace:  # type: ignore[no-untyped-def]
    return Workspace(tmp_path)


def test_a_step_with_no_finite_gradient_changes_nothing_and_ten_end_the_run(workspace: Workspace) -> None:
    """Weights stay as they were, the curves do not see the step, and the tenth in a row says what to do."""
    fit = fit_of(TinyRecipe(broken_from=0), workspace)
    before = {name: value.clone() for name, value in fit.network.named_parameters()}
    batch = fit.learner.batches.batch(0)
    for _ in range(9):
        fit.advance(batch, 0.0)
    assert all(torch.equal(value, before[name]) for name, value in fit.network.named_parameters())
    assert (fit.step, fit.n_lost, fit.curves.n) == (9, 9, 0)
    with pytest.raises(Poison, match="learning_rate"):
        fit.advance(batch, 0.0)


def test_bf16_and_channels_last_train_as_f32_does_nearly(workspace: Workspace) -> None:
    """The cheaper arithmetic moves losses by hundredths, not more."""
    plain = fit_of(TinyRecipe(), workspace)
    cheap = fit_of(overridden(TinyRecipe(), ["optimisation.precision=bf16", "optimisation.channels_last=true"]), workspace)
    for step in range(10):
        a = plain.advance(plain.learner.batches.batch(step), 0.0)
        b = cheap.advance(cheap.learner.batches.batch(step), 0.0)
        assert a["total"] == pytest.approx(b["total"], abs=0.05)


def test_decay_spares_biases_and_scales(workspace: Workspace) -> None:
    """Only matrices and filters are in the decayed group."""
    decayed, others = fit_of(TinyRecipe(), workspace).optimiser.param_groups
    assert {p.ndim for p in decayed["params"]} == {2, 4}
    assert {p.ndim for p in others["params"]} == {1}
    assert (decayed["weight_decay"], others["weight_decay"]) == (5e-4, 0.0)


def test_the_average_follows_slower_and_slower() -> None:
    """It takes over most of the first step and one minus the decay of a late one; counts are copied."""
    network = nn.BatchNorm1d(1)
    average = MovingAverage(network, 0.99)
    ours, theirs = average.network.state_dict(), network.state_dict()
    theirs["weight"].fill_(2.0)
    theirs["num_batches_tracked"].fill_(5)
    average.follow(network, 0)
    assert float(ours["weight"]) == pytest.approx(1.9)
    assert int(ours["num_batches_tracked"]) == 5
    ours["weight"].fill_(1.0)
    average.follow(network, 100_000)
    assert float(ours["weight"]) == pytest.approx(1.01)


def test_the_time_left_is_that_of_the_last_minute() -> None:
    """A slow beginning is forgotten; nothing is said before there is a pace."""
    pace = Pace()
    assert pace.left_s(0.0, 0.0) is None
    assert pace.left_s(0.1, 100.0) == pytest.approx(900.0)
    pace.left_s(0.2, 120.0)
    assert pace.left_s(0.5, 180.0) == pytest.approx(0.5 / (0.4 / 80.0))
    assert (clock(3723), clock(65), clock(None)) == ("1:02:03", "1:05", "?")
