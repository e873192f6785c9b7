"""Re-identification and attributes learn: tiny networks, a few steps, crops of plain colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from haetae.domain.attributes import VALUES
from haetae.training.attributes.layout import N_VALUES, NAMES
from haetae.training.attributes.recipe import AttributesRecipe
from haetae.training.detection.picture_bank import PictureBank, stored
from haetae.training.export.onnx_file import run_onnx
from haetae.training.fit import Fit
from haetae.training.learner import Learner
from haetae.training.recipe import Optimisation
from haetae.training.reid.batches import Sampling
from haetae.training.reid.framing import KEPT
from haetae.training.reid.recipe import ReidRecipe, ResNetRecipe
from tests.kit.networks import FakeInference, mean_colour_vectors

BRIEF = Optimisation(steps=12, learning_rate=3e-3, warmup_steps=2, ema_decay=0.5)
TINY: dict[str, Any] = {"optimisation": BRIEF, "height_px": 64, "width_px": 32, "sizes": ()}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> PictureBank:
    """Eight identities, each of one colour, before two cameras, three crops each."""
    return stored(tmp_path_factory.mktemp("banks") / "drawn", _drawn_rows())


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> PictureBank:
    """Twelve crops of plain colours, of which the last four are held out."""
    rng = np.random.default_rng(1)
    rows = ((_picture(rng), {"clip": 1, "held_out": float(i >= 8), "made": 0}) for i in range(12))
    return stored(tmp_path_factory.mktemp("banks") / "real", rows)


def _drawn_rows() -> Iterator[tuple[np.ndarray, Mapping[str, float]]]:
    rng = np.random.default_rng(0)
    for identity in range(8):
        colour = rng.integers(0, 256, 3)
        labels = {name.value: float(identity % len(VALUES[name])) for name in NAMES}
        for shot in range(6):
            facts = {"identity": identity, "outfit": identity // 2, "camera": shot % 2, "height_px": 90, "seen": 1.0}
            yield _picture(rng, colour), {**facts, "cut_above": 0, "cut_below": 0, **labels}


def _picture(rng: np.random.Generator, colour: np.ndarray | None = None) -> np.ndarray:
    base = rng.integers(0, 256, 3) if colour is None else colour
    return (base + rng.normal(0, 12, (KEPT.height, KEPT.width, 3))).clip(0, 255).astype(np.uint8)


def _fitted(learner: Learner, seed: int = 1) -> tuple[Fit, list[dict[str, float]]]:
    fit = Fit(learner, BRIEF, seed, torch.device("cpu"))
    return fit, [fit.advance(learner.batches.batch(step), 0.0) for step in range(BRIEF.steps)]


def test_osnet_learns_from_teachers_and_exports(drawn: PictureBank, real: PictureBank, tmp_path: Path) -> None:
    """The loss falls, the exported file gives one embedding a crop for any number of crops, and held-out figures are shares."""
    recipe = ReidRecipe(**TINY, teachers=("reid-0288",), sampling=Sampling(identities=4, shots=2, real=4))
    teacher = FakeInference({"reid-0288": mean_colour_vectors})
    learner = recipe.learner(drawn, drawn, real, lambda: teacher)
    fit, losses = _fitted(learner)
    assert {"triplet", "teacher", "relations", "neighbours"} < set(losses[0])
    assert np.mean([each["total"] for each in losses[-3:]]) < np.mean([each["total"] for each in losses[:3]])
    file = learner.export(fit.average.network, tmp_path)
    (embeddings,) = run_onnx(file, np.zeros((3, 3, 64, 32), np.float32))
    assert embeddings.shape == (3, recipe.n_dimensions)
    figures = fit.measure()
    assert set(figures) == {"rank1", "mAP", "teacher_cosine_real"}
    assert 0 <= figures["mAP"] <= 1


def test_teachers_are_asked_once(drawn: PictureBank, real: PictureBank) -> None:
    """What a teacher said about a bank is kept beside it: a second learner asks nobody."""
    recipe = ReidRecipe(**TINY, teachers=("reid-0288",))
    teacher = FakeInference({"reid-0288": mean_colour_vectors})
    recipe.learner(drawn, drawn, real, lambda: teacher)
    n_asked = len(teacher.batches)
    recipe.learner(drawn, drawn, real, lambda: teacher)
    assert len(teacher.batches) == n_asked


def test_resnet_learns_identities(drawn: PictureBank) -> None:
    """A few steps with classes and triplets: both losses are there and the sum falls."""
    recipe = replace(ResNetRecipe(**TINY), sampling=Sampling(identities=4, shots=2, real=0), n_dimensions=32)
    _, losses = _fitted(recipe.learner(drawn, drawn, None, lambda: FakeInference({})))
    assert {"triplet", "classes"} < set(losses[0])
    assert np.mean([each["total"] for each in losses[-3:]]) < np.mean([each["total"] for each in losses[:3]])


def test_attributes_learn_and_export(drawn: PictureBank, real: PictureBank, tmp_path: Path) -> None:
    """The loss falls, the file gives all probabilities, and the figures are those of the papers, without and with colours."""
    recipe = AttributesRecipe(
        **{**TINY, "height_px": 128, "width_px": 64}, n_drawn=12, n_real=4
    )  # four bands of the trunk's rows
    learner = recipe.learner(drawn, drawn, real)
    fit, losses = _fitted(learner)
    assert losses[-1]["total"] < losses[0]["total"]
    (read,) = run_onnx(learner.export(fit.average.network, tmp_path), np.zeros((2, 3, 128, 64), np.float32))
    assert read.shape == (2, N_VALUES)
    assert read.sum(axis=1) == pytest.approx(len(NAMES), abs=1e-3)
    assert {"label_mean_accuracy", "instance_f1", "instance_f1_with_colours"} <= set(fit.measure())
