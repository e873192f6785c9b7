"""Losses of re-identification, against cases worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from haetae.training.reid.losses import (
    away_from_teacher,
    batch_hard_triplet,
    neighbour_divergence,
    relation_error,
    smoothed_cross_entropy,
)


def _at(*degrees: float) -> torch.Tensor:
    """Unit vectors in the plane."""
    return torch.tensor([[math.cos(math.radians(d)), math.sin(math.radians(d))] for d in degrees])


def test_triplet_takes_the_farthest_partner_and_the_nearest_stranger() -> None:
    """One identity at 0 and 60 degrees, another at 90: 1 stands against the root of 2 and against a chord of 30 degrees."""
    loss = batch_hard_triplet(_at(0, 60, 90), torch.tensor([1, 1, 2]), margin=0.3)
    chord = 2 * math.sin(math.radians(15))
    assert loss.item() == pytest.approx((max(0.0, 1 - math.sqrt(2) + 0.3) + (1 - chord + 0.3)) / 2, abs=1e-5)


def test_triplet_of_strangers_alone_is_nothing_to_learn_from() -> None:
    """Where no crop has a partner the loss is 0 and has a gradient all the same."""
    embeddings = _at(0, 90).requires_grad_()
    loss = batch_hard_triplet(embeddings, torch.tensor([1, 2]))
    loss.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == 0.0
    assert torch.isfinite(embeddings.grad).all() if embeddings.grad is not None else True


def test_triplet_of_equal_crops_has_a_finite_gradient() -> None:
    """Two identical embeddings do not make the distance's root blow up."""
    embeddings = _at(0, 0, 90).requires_grad_()
    batch_hard_triplet(embeddings, torch.tensor([1, 1, 2]), margin=3.0).backward()  # type: ignore[no-untyped-call]
    assert embeddings.grad is not None
    assert torch.isfinite(embeddings.grad).all()


def test_a_student_that_agrees_has_nothing_to_learn() -> None:
    """Teacher's embeddings of another length: all three distillation losses are 0."""
    teacher = torch.randn(6, 4, generator=torch.Generator().manual_seed(1))
    for loss in (away_from_teacher, relation_error, neighbour_divergence):
        assert loss(2.5 * teacher, teacher).item() == pytest.approx(0.0, abs=1e-5)


def test_relations_do_not_mind_a_turned_space() -> None:
    """A student whose space is the teacher's turned by 90 degrees agrees in all relations, though in no direction."""
    teacher = _at(10, 50, 200)
    student = _at(100, 140, 290)
    assert relation_error(student, teacher).item() == pytest.approx(0.0, abs=1e-6)
    assert neighbour_divergence(student, teacher).item() == pytest.approx(0.0, abs=1e-5)
    assert away_from_teacher(student, teacher).item() == pytest.approx(1.0, abs=1e-6)


def test_relation_error_is_the_mean_square_over_pairs() -> None:
    """One pair at 60 degrees for the student and 90 for the teacher: half squared, and a crop is no pair with itself."""
    assert relation_error(_at(0, 60), _at(0, 90)).item() == pytest.approx(0.25, abs=1e-6)


def test_smoothing_gives_every_class_its_share() -> None:
    """Smoothed cross-entropy is 0.9 of the plain one and 0.1 of the mean over classes."""
    scores, classes = torch.tensor([[2.0, 0.0, -1.0]]), torch.tensor([0])
    logs = F.log_softmax(scores, dim=1)
    assert smoothed_cross_entropy(scores, classes, 0.1).item() == pytest.approx((-0.9 * logs[0, 0] - 0.1 * logs.mean()).item())
