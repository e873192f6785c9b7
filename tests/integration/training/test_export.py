"""Trained networks on their way out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from haetae.errors import Misconfigured, Poison
from haetae.models.release import manifest, verified
from haetae.training.export.bundle import bundled
from haetae.training.export.comparison import agreement
from haetae.training.export.handing_over import handed_over
from haetae.training.export.onnx_file import FromFile, write_onnx
from haetae.training.export.pictures import pictures_for
from haetae.training.export.quantisation import exact_nodes, quantised
from haetae.training.runs.run import Run
from haetae.training.trainer import train
from haetae.training.workspace import Workspace
from tests.kit.tiny_recipe import TinyRecipe

FREE = {"images": {0: "n"}, "embedding": {0: "n"}}


class ThreeLayers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(*(nn.Sequential(nn.Conv2d(c, 16, 3, 2), nn.ReLU()) for c in (3, 16, 16)))
        self.last = nn.Linear(16, 8)

    def forward(self, images: Tensor) -> Tensor:
        embedding: Tensor = self.last(self.layers(images / 255.0 - 0.5).mean((2, 3)))
        return embedding


class Forgetful(nn.Module):
    """Takes its picture's height for a constant while it is traced."""

    def forward(self, images: Tensor) -> Tensor:
        return images.mean((1, 2, 3))[:, None] * int(images.shape[0])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(TinyRecipe(), Workspace(tmp_path_factory.mktemp("w")), run_name="tiny", n_workers=0)


def workspace_of(run: Run) -> Workspace:
    return Workspace(run.folder.parent.parent)


def test_a_file_that_is_not_the_network_is_caught(tmp_path: Path) -> None:
    """What tracing froze shows at another size of the free axes, and nothing is exported quietly."""
    with pytest.raises(Poison, match="away from the network's"):
        write_onnx(Forgetful(), torch.zeros(1, 3, 4, 4), tmp_path / "f.onnx", ["embedding"], free=FREE)


def test_eight_bits_keep_the_ends_exact_and_the_answers_near(tmp_path: Path) -> None:
    """First and last layers stay f32; the embedding points nearly the same way; the file is of integers."""
    file = write_onnx(ThreeLayers(), torch.zeros(1, 3, 64, 32), tmp_path / "f.onnx", ["embedding"], free=FREE)
    rng = np.random.default_rng(0)
    pictures = [rng.uniform(0, 255, (4, 3, 64, 32)).astype(np.float32) for _ in range(4)]
    small = quantised(file, tmp_path / "i.onnx", pictures)
    assert agreement(file, small, pictures)["embedding_cosine"] > 0.995
    kinds = [node.op_type for node in onnx.load(str(small)).graph.node]
    assert "QuantizeLinear" in kinds
    graph = onnx.load(str(file)).graph
    exact = {node.op_type for node in graph.node if node.name in exact_nodes(graph)}
    assert "Gemm" in exact
    assert sum(node.op_type == "Conv" and node.name in exact_nodes(graph) for node in graph.node) == 1


def test_a_bundle_tells_what_int8_costs(run: Run, tmp_path: Path) -> None:
    """Both files, their sizes, times and agreement, and a card that shows them."""
    done = bundled(run, workspace_of(run), tmp_path / "out")
    assert set(done.files) == {"f32", "int8"}
    assert set(done.comparison) == {"size_bytes", "ms", "agreement", "figures"}
    assert done.comparison["figures"]["f32"] == run.measured
    assert "## In eight bits" in done.card
    assert "| accuracy | " in done.card.partition("## In eight bits")[2]
    assert (tmp_path / "out" / "export.json").is_file()
    assert FromFile(done.files["int8"])(torch.zeros(2, 3, 8, 8)).shape == (2, 1)


def test_an_unfinished_run_is_not_exported(tmp_path: Path) -> None:
    """The message says to train on."""
    folder = tmp_path / "half"
    folder.mkdir()
    (folder / "recipe.json").write_text("{}")
    with pytest.raises(Misconfigured, match="haetae train"):
        bundled(Run(folder), Workspace(tmp_path), tmp_path / "out")


def test_a_network_is_registered_and_offered_once(tmp_path: Path, run: Run) -> None:
    """Edge agents find name, version, digests and card; the same bytes are no new version, a changed file is noticed."""
    file = write_onnx(ThreeLayers(), torch.zeros(1, 3, 64, 32), tmp_path / "f.onnx", ["embedding"], free=FREE)
    bundle = bundled(run, workspace_of(run), tmp_path / "out", int8=False)
    bundle.files["f32"].write_bytes(file.read_bytes())  # tiny's own outputs are of no kind that is served
    models, releases = tmp_path / "models", tmp_path / "releases"
    for _ in range(2):
        assert handed_over(run, bundle, "own", models, releases=releases, triton=tmp_path / "repository") == ["own"]
    (offered,) = manifest(releases)
    assert (offered.name, offered.version, offered.task) == ("own", 1, "embedding")
    assert offered.card.startswith("# A tiny network")
    assert set(verified(releases, offered)) == {"f32", "card"}
    assert (tmp_path / "repository" / "own" / "config.pbtxt").is_file()
    (releases / offered.files["f32"].path).write_bytes(b"cut")
    with pytest.raises(Misconfigured, match="not the file"):
        verified(releases, offered)


def test_photos_and_clips_set_the_ranges(tmp_path: Path) -> None:
    """Pictures come in the size that the file takes; an empty folder is an error that says so."""
    file = write_onnx(ThreeLayers(), torch.zeros(1, 3, 64, 32), tmp_path / "f.onnx", ["embedding"], free=FREE)
    (tmp_path / "photos").mkdir()
    with pytest.raises(Misconfigured, match="no photo or clip"):
        pictures_for(file, tmp_path / "photos")
    cv2.imwrite(str(tmp_path / "photos" / "a.png"), np.full((20, 30, 3), 7, np.uint8))
    (picture,) = pictures_for(file, tmp_path / "photos")
    assert picture.shape == (1, 3, 64, 32)
