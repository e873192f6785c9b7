"""`haetae models lay-out` and `bundle` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.cli.test_models_and_describe import haetae

pytestmark = pytest.mark.integration


def test_the_networks_that_are_used_are_laid_out(models_folder: Path, tmp_path: Path) -> None:
    """Those that the services ask for by default; with names only those; what was there and is not asked for goes."""
    into = tmp_path / "repository"
    laid = haetae(models_folder, "models", "lay-out", "--into", into, "--instances", "1", "--json")
    assert laid.returncode == 0, laid.stderr
    assert json.loads(laid.stdout)["models"] == ["attributes-0230", "reid-0288", "rtmdet-nano"]
    assert "count: 1 " in (into / "rtmdet-nano" / "config.pbtxt").read_text(encoding="utf-8")
    again = haetae(models_folder, "models", "lay-out", "--into", into, "--names", "haetae-reid,haetae-pose", "--names", "movenet")
    assert again.returncode == 0, again.stderr
    assert sorted(model.name for model in into.iterdir() if model.is_dir()) == ["haetae-pose", "haetae-reid", "movenet"]


def test_a_repository_for_a_gpu(models_folder: Path, tmp_path: Path) -> None:
    """Each network as it is for ONNX Runtime, and the model before it that prepares and finishes."""
    words = ["--flavour", "onnxruntime", "--names", "haetae-reid"]
    laid = haetae(models_folder, "models", "lay-out", "--into", tmp_path / "repository", *words)
    assert laid.returncode == 0, laid.stderr
    config = (tmp_path / "repository" / "haetae-reid-network" / "config.pbtxt").read_text(encoding="utf-8")
    assert 'backend: "onnxruntime"' in config
    assert "KIND_GPU" in config


def test_a_network_that_is_not_here_is_not_laid_out(tmp_path: Path) -> None:
    """The end is 2, with what to do."""
    laid = haetae(tmp_path / "models", "models", "lay-out", "--into", tmp_path / "repository", "--names", "reid-0288")
    assert laid.returncode == 2
    assert "haetae models pull" in laid.stderr


def test_a_bundle_is_written_from_a_mirror(models_mirror: Path, tmp_path: Path) -> None:
    """What is not here is pulled first; the digests are told."""
    words = ["models", "bundle", "reid-0288", "--into", str(tmp_path / "networks.tar"), "--mirror", str(models_mirror), "--json"]
    made = haetae(tmp_path / "models", *words)
    assert made.returncode == 0, made.stderr
    (digest,) = json.loads(made.stdout)["files"].values()
    assert digest.startswith("sha256:")
    assert (tmp_path / "networks.tar").stat().st_size > 100_000
