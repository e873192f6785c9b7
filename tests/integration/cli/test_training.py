"""The verbs of training, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from haetae.cli.main import application
from haetae.cli.training_extra import training_installed
from haetae.errors import Misconfigured
from haetae.training.recipes import RECIPES
from haetae.training.trainer import train
from haetae.training.tuning.embeddings import write_embeddings
from haetae.training.workspace import Workspace
from tests.kit.tiny_recipe import TinyRecipe


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("HAETAE_TRAINING__FOLDER", str(tmp_path))
    return Workspace(tmp_path)


def haetae(*words: object) -> Result:
    spoken = [str(word) for word in words]
    return CliRunner().invoke(application(spoken), spoken)


def test_train_lists_recipes_and_runs_and_compares_them(workspace: Workspace) -> None:
    """Every recipe of the register with its parameters; the runs of the workspace; several of them in one plot."""
    for seed in (3, 4):
        train(TinyRecipe(seed=seed), workspace, run_name=f"run{seed}", n_workers=0)
    told = json.loads(haetae("train", "--list", "--json").stdout)
    assert set(told["recipes"]) == set(RECIPES)
    assert [run["run"] for run in told["runs"]] == ["run3", "run4"]
    plot = workspace.folder / "both.png"
    rows = json.loads(haetae("train", "--compare", "run3", "run4", "--out", plot, "--json").stdout)
    assert [row["seed"] for row in rows] == [3, 4]
    assert plot.is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("train", "people"), "there are person-detector"),
        (("train",), "Say which recipe"),
        (("train", "distilled-detector", "--set", "seeds=1"), "it has name, seed"),
        (("train", "--compare", "none"), "There is no run 'none'"),
        (("export", "none"), "There is no run 'none'"),
        (("export", "none", "--triton", "r"), "--register"),
        (("distill", "--name", "x"), "--clips FOLDER or --camera URL"),
        (("distill", "--name", "x", "--camera", "rtsp://a:b@c/d"), "--username"),
        (("distill", "--name", "x", "--clips", ".", "--student", "pose"), "person-detector"),
        (("tune", "grid", "rerank", "--grid", "k1", "--metric", "map"), "field=a,b,c"),
    ],
)
def test_wrong_use_says_what_to_do(words: tuple[str, ...], said: str) -> None:
    """Misconfigured, which ends the command with 2, with words that name the way out."""
    answer = haetae(*words)
    assert isinstance(answer.exception, Misconfigured)
    assert said in answer.exception.message


def test_a_study_over_reranking_prints_its_table(workspace: Workspace) -> None:
    """One row a choice, and what the choice is worth where it was not made."""
    rng = np.random.default_rng(0)
    identities = np.repeat(np.arange(1, 13), 4)
    vectors = rng.normal(size=(12, 8))[identities - 1] + 0.7 * rng.normal(size=(48, 8))
    file = workspace.folder / "e.npz"
    write_embeddings(file, vectors.astype(np.float32), identities, np.tile([0, 1], 24), np.tile([True, False, False, False], 12))
    words = (
        "tune",
        "grid",
        "rerank",
        "--grid",
        "k1=0,4",
        "--grid",
        "lambda=0.3",
        "--data",
        file,
        "--folds",
        3,
        "--metric",
        "map",
    )
    answer = haetae(*words)
    assert answer.exit_code == 0
    assert "| 0 | 0.3 |" in answer.stdout
    assert "judged by what was best on the others" in answer.stdout
    assert (workspace.folder / "studies" / "grid-rerank" / "study.csv").is_file()


def test_without_pytorch_the_way_to_it_is_named() -> None:
    """A missing package of training is no traceback; any other missing module is."""
    with pytest.raises(Misconfigured, match="make install-training"), training_installed():
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    with pytest.raises(ModuleNotFoundError), training_installed():
        raise ModuleNotFoundError("No module named 'haetae.x'", name="haetae.x")
