"""The networks of the package work where nothing was pulled and nothing can be fetched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from haetae.inference.local import LocalInference
from haetae.models.installed import Execution, installed
from haetae.models.measure import known_input
from haetae.models.networks import CATALOGUE
from haetae.models.pull import pull
from haetae.models.repository import lay_out
from haetae.models.selftest import check
from haetae.models.spec import IMAGES

pytestmark = pytest.mark.integration

BUILT_IN = [name for name, entry in CATALOGUE.items() if entry.built_in]


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_network_is_always_here(name: str, tmp_path: Path) -> None:
    """Pulling it brings nothing, and it gives its known numbers on either engine; the engine is part of its version."""
    (tmp_path / "mirror").mkdir()
    (pulled,) = pull(tmp_path / "models", [name], mirror=tmp_path / "mirror")
    assert pulled.origin == "built in"
    assert not list((tmp_path / "models").iterdir())
    versions = set()
    for how in (Execution("onnxruntime"), Execution("openvino"), Execution("openvino", "bf16")):
        inference = LocalInference(tmp_path / "models", how)
        check(inference, [name])
        versions.add(inference.version(name))
    assert len(versions) == 3


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_batch_gives_what_its_pictures_give_alone(name: str, tmp_path: Path) -> None:
    """However a free batch is cut, each row is its own picture's."""
    inference = LocalInference(tmp_path)
    picture = known_input(CATALOGUE[name])
    batch = np.concatenate([picture, picture[:, :, ::-1], picture // 2])
    together = inference.infer(name, {IMAGES: batch}, deadline_s=60)
    for i in range(3):
        alone = inference.infer(name, {IMAGES: batch[i : i + 1]}, deadline_s=60)
        for output, array in alone.items():
            np.testing.assert_allclose(together[output][i], array[0], atol=1e-3 if output == "boxes" else 1e-4)


@pytest.mark.parametrize("name", BUILT_IN)
def test_triton_is_given_it_like_any_other(name: str, tmp_path: Path) -> None:
    """Its weights lie in the repository, whole."""
    lay_out(tmp_path / "models", tmp_path / "repository", [name])
    laid = (tmp_path / "repository" / name / "1" / f"{name}.onnx").read_bytes()
    assert laid == installed(tmp_path / "models", name).weights.read_bytes()
