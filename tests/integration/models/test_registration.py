"""Networks of one's own in the models folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from haetae.errors import Misconfigured
from haetae.inference.local import LocalInference
from haetae.models.installed import installed, names_here
from haetae.models.registration import Candidate, register
from haetae.models.repository import lay_out
from haetae.models.selftest import check
from haetae.models.spec import IMAGES, Task
from haetae.training.export.onnx_file import write_onnx


class MeanColour(nn.Module):
    """An appearance of three numbers."""

    def forward(self, images: Tensor) -> Tensor:
        return images.mean((2, 3)) - 100.0


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    free = {"images": {0: "n"}, "embedding": {0: "n"}}
    return write_onnx(MeanColour(), torch.zeros(1, 3, 32, 16), tmp_path / "w.onnx", ["embedding"], free=free)


def test_a_registered_network_is_listed_checked_and_served(tmp_path: Path, weights: Path) -> None:
    """It is found by name, gives its known numbers, and is laid out for Triton, with its card and its origin beside it."""
    models = tmp_path / "models"
    found = register(models, Candidate("own-colour", "Colours", weights, "# Colours\n", origin={"recipe": "mean"}))
    assert (found.entry.spec.task, found.entry.card) == (Task.EMBEDDING, "# Colours\n")
    assert names_here(models)[-1] == "own-colour"
    local = LocalInference(models)
    check(local, ["own-colour"])
    picture = np.full((2, 32, 16, 3), 110, np.uint8)
    assert np.allclose(local.infer("own-colour", {IMAGES: picture}, deadline_s=9)["embedding"], 3**-0.5, atol=1e-4)
    lay_out(models, tmp_path / "repository", ["own-colour"])
    assert (tmp_path / "repository" / "own-colour" / "config.pbtxt").is_file()
    record = json.loads((models / "own-colour" / "record.json").read_text())
    assert record["origin"] == {"recipe": "mean"}


def test_registering_again_replaces_and_versions_differ(tmp_path: Path, weights: Path) -> None:
    """What the numbers depend on is seen in the version; nothing of the old one stays."""
    models = tmp_path / "models"
    first = register(models, Candidate("own", "One", weights, "one"))
    other = write_onnx(nn.Sequential(MeanColour(), nn.ReLU()), torch.zeros(1, 3, 32, 16), tmp_path / "o.onnx", ["embedding"])
    second = register(models, Candidate("own", "Two", other, "two"))
    assert list(first.digests.values()) != list(second.digests.values())
    assert installed(models, "own").entry.card == "two"


@pytest.mark.parametrize(("name", "words"), [("rtmdet-nano", "choose another"), ("../x", "made of a-z"), ("Own", "made of a-z")])
def test_names_of_the_catalogue_and_paths_are_refused(tmp_path: Path, weights: Path, name: str, words: str) -> None:
    """A registered network can never stand for one of the catalogue, nor lie elsewhere."""
    with pytest.raises(Misconfigured, match=words):
        register(tmp_path / "models", Candidate(name, "x", weights, "x"))


def test_a_file_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    """The outputs' names say what a network is for."""
    odd = write_onnx(MeanColour(), torch.zeros(1, 3, 32, 16), tmp_path / "odd.onnx", ["colour"])
    with pytest.raises(Misconfigured, match="embedding"):
        register(tmp_path / "models", Candidate("odd", "x", odd, "x"))
