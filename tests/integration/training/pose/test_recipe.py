from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from haetae.models.runtime import load
from haetae.training.pose.recipe import PoseRecipe
from haetae.training.recipe import Optimisation
from haetae.training.trainer import train
from haetae.training.workspace import Workspace

pytestmark = pytest.mark.integration


def test_a_few_steps_end_with_a_file_that_the_platform_runs(tmp_path: Path) -> None:
    """Without clips everything is drawn; the run is measured on held-out people, and its file is one of kind haetae-pose."""
    recipe = PoseRecipe(
        optimisation=Optimisation(steps=3, warmup_steps=1, log_every=1),
        width=0.3,
        batch_size=4,
        n_identities=2,
        n_each=6,
        n_held_out=2,
        n_scenes=1,
    )
    run = train(recipe, Workspace(tmp_path), n_workers=0)
    assert run.finished
    assert "pck_lying" in (run.folder / "card.md").read_text(encoding="utf-8")
    (file,) = [path for path in run.folder.glob("*.onnx") if "int8" not in path.name]
    parameters = {"kind": "haetae-pose", "file": file.name, "engine": "onnxruntime", "precision": "f32", "batch": "free"}
    pictures = np.random.default_rng(0).integers(0, 256, (3, 128, 128, 3)).astype(np.uint8)
    found = load(parameters, run.folder)(pictures)["keypoints"]
    assert found.shape == (3, 17, 3)
    assert ((found >= 0) & (found <= 1)).all()
