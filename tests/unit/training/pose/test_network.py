from __future__ import annotations

import pytest
import torch

from haetae.training.pose.loss import aims, place_loss
from haetae.training.pose.network import CELLS, N_JOINTS, PoseNetwork, PoseReader


def test_it_is_small_enough_for_a_raspberry_pi() -> None:
    """At most a million parameters, and one logit for each cell and for "not in the picture"."""
    network = PoseNetwork()
    assert sum(parameter.numel() for parameter in network.parameters()) <= 1_000_000
    with torch.no_grad():
        assert network.eval()(torch.zeros(2, 3, 128, 128)).shape == (2, N_JOINTS, CELLS * CELLS + 1)


def test_a_heat_map_is_read_between_its_cells() -> None:
    """What the loss asks for is what the reader reads: the place to a tenth of a cell, with a high score."""
    places = torch.tensor([[0.5, 0.25]] * N_JOINTS)[None] + torch.linspace(-0.2, 0.2, N_JOINTS)[None, :, None]
    found = PoseReader(PoseNetwork()).read(torch.log(aims(places, 1.0) + 1e-9))
    assert (found[..., :2] - places).abs().max() < 0.1 / CELLS
    assert found[..., 2].min() > 0.9


def test_a_joint_outside_the_picture_has_no_score() -> None:
    """All probability is on "not in the picture"."""
    places = torch.full((1, N_JOINTS, 2), 1.2)
    found = PoseReader(PoseNetwork()).read(torch.log(aims(places, 1.0) + 1e-9))
    assert found[..., 2].max() < 1e-3
    assert torch.isfinite(found).all()


def test_unknown_joints_teach_nothing() -> None:
    """A weight of 0 leaves no gradient; the loss is a mean over what is known."""
    logits = torch.randn(2, N_JOINTS, CELLS * CELLS + 1, generator=torch.Generator().manual_seed(1), requires_grad=True)
    places, weights = torch.full((2, N_JOINTS, 2), 0.4), torch.ones(2, N_JOINTS)
    weights[:, 3:] = 0
    loss = place_loss(logits, places, weights, 1.0)
    loss.backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert logits.grad[:, 3:].abs().max() == 0 < logits.grad[:, :3].abs().max()
    doubled = place_loss(logits.detach(), places, 2 * weights, 1.0)
    assert float(doubled) == pytest.approx(float(loss.detach()), rel=1e-5)
