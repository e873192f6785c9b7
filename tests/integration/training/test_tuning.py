"""Searches and studies, with something real to tune."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from haetae.errors import Misconfigured, Poison
from haetae.training.parameters import overridden
from haetae.training.runs.progress import Silent
from haetae.training.trainer import train
from haetae.training.tuning.embeddings import ranked_figures, read_embeddings, reranked, write_embeddings
from haetae.training.tuning.objectives import RERANKING, of_folds, of_recipe, of_reranked_folds, of_reranking
from haetae.training.tuning.search import Aim, Effort, searched
from haetae.training.tuning.space import Value, space_of
from haetae.training.tuning.study import Plan, studied
from haetae.training.workspace import Workspace
from tests.kit.tiny_recipe import TinyRecipe


@pytest.fixture
def embeddings(tmp_path: Path) -> Path:
    """30 people, 4 crops each by 2 cameras, half of them hard to tell."""
    rng = np.random.default_rng(3)
    identities = np.repeat(np.arange(1, 31), 8)
    vectors = rng.normal(size=(30, 12))[identities - 1] + 0.9 * rng.normal(size=(240, 12))
    file = tmp_path / "people.npz"
    write_embeddings(file, vectors.astype(np.float32), identities, np.tile(np.arange(2), 120), np.tile(np.arange(8) < 2, 30))
    return file


def test_a_search_over_reranking_is_no_worse_than_the_papers_values(embeddings: Path, tmp_path: Path) -> None:
    """The paper's values come first, the best of all is given, and the same call later only adds trials."""
    space, aim = space_of(["k1=2:12", "k2=1:6", "lambda=0.0:0.9"]), Aim("map")
    first: Mapping[str, Value] = {**RERANKING, "k1": 12}
    done = searched(tmp_path / "s", space, of_reranking(embeddings), aim, Effort(4, first=(first,)), Silent())
    assert dict(done.trials[0].parameters) == first
    assert done.best.figures["map"] >= done.trials[0].figures["map"]
    more = searched(tmp_path / "s", space, of_reranking(embeddings), aim, Effort(6, first=(first,)), Silent())
    assert [trial.parameters for trial in more.trials[:4]] == [trial.parameters for trial in done.trials]
    assert len(more.trials) == 6
    assert {"trials.csv", "best.json", "search.png"} <= {file.name for file in (tmp_path / "s").iterdir()}


def test_a_search_goes_round_what_cannot_be_fitted(tmp_path: Path) -> None:
    """A choice whose loss is no number is left out; the others count. An unknown figure is an error that names the known ones."""

    def objective(chosen: Mapping[str, Value]) -> Mapping[str, float]:
        if chosen["a"] == "bad":
            raise Poison("no number")
        return {"good": 1.0}

    first = ({"a": "bad"}, {"a": "fine"})
    done = searched(tmp_path / "s", space_of(["a=bad,fine"]), objective, Aim("good"), Effort(2, first=first), Silent())
    assert {trial.parameters["a"] for trial in done.trials} <= {"fine"}
    with pytest.raises(Misconfigured, match="there are good"):
        searched(tmp_path / "t", space_of(["a=fine,well"]), objective, Aim("map"), Effort(1), Silent())


def test_recipes_are_tuned_by_their_own_figures(tmp_path: Path) -> None:
    """Each trial is a run of the workspace with its parameters in it."""
    workspace = Workspace(tmp_path)
    base = overridden(TinyRecipe(), ["optimisation.steps=5"])
    objective = of_recipe(base, lambda recipe: train(recipe, workspace, n_workers=0))
    space = space_of(["optimisation.learning_rate=1e-3:1e-1:log", "width=2,6"])
    done = searched(tmp_path / "s", space, objective, Aim("accuracy"), Effort(2), Silent())
    assert len(list(workspace.runs.iterdir())) == 2
    assert set(done.best.parameters) == {"optimisation.learning_rate", "width"}


def test_a_study_keeps_each_cell_and_goes_on(embeddings: Path, tmp_path: Path) -> None:
    """Cells that are known are not made again, also after a line was cut off by a kill; the folds' mean is the whole's figure."""
    plan, calls = Plan({"k1": ["0", "5"], "k2": ["2"]}, [str(embeddings)], 3), list[int]()
    cell = of_reranked_folds(3)

    def counted(choice: Mapping[str, str], data: str, fold: int) -> Mapping[str, float]:
        calls.append(fold)
        return cell(choice, data, fold)

    study = studied(plan, counted, tmp_path / "s", Silent(), "map")
    kept = tmp_path / "s" / "cells.jsonl"
    kept.write_bytes(kept.read_bytes()[:-20])
    again = studied(plan, counted, tmp_path / "s", Silent(), "map")
    assert len(calls) == 6 + 1
    assert again.rows == study.rows
    data = read_embeddings(embeddings)
    whole = ranked_figures(reranked(data, None), data)
    assert np.mean(study.rows[0].figures["map"]) == pytest.approx(whole["map"])
    assert (tmp_path / "s" / "study.csv").read_text().count("\n") == 1 + 6


def test_a_recipe_without_folds_is_studied_over_seeds(tmp_path: Path) -> None:
    """The cells differ by seed; a data field that the recipe has not is refused by name."""
    workspace = Workspace(tmp_path)
    base = overridden(TinyRecipe(), ["optimisation.steps=3"])
    cell = of_folds(base, None, 2, lambda recipe: train(recipe, workspace, n_workers=0))
    studied(Plan({"width": ["2"]}, ["-"], 2), cell, tmp_path / "s", Silent(), "accuracy")
    seeds = {file.read_text().count('"seed": 3') for file in workspace.runs.glob("*/recipe.json")}
    assert seeds == {0, 1}
    with pytest.raises(Misconfigured, match="no 'data'"):
        of_folds(base, "data", 2, lambda recipe: train(recipe, workspace))


def test_a_file_of_something_else_is_told_apart(tmp_path: Path) -> None:
    """The message says what such a file holds."""
    np.savez(tmp_path / "x.npz", a=np.zeros(3))
    with pytest.raises(Misconfigured, match="is_query"):
        read_embeddings(tmp_path / "x.npz")
