"""What is tuned: recipes, and re-ranking."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from haetae.errors import Misconfigured
from haetae.ranking import KReciprocal
from haetae.training.parameters import overridden
from haetae.training.recipe import Recipe
from haetae.training.runs.run import Run
from haetae.training.tuning.embeddings import best_threshold, fold_of, ranked_figures, read_embeddings, reranked
from haetae.training.tuning.search import Objective
from haetae.training.tuning.space import Value
from haetae.training.tuning.study import Cell, Parameters

Trained = Callable[[Recipe], Run]
"""Trains a recipe to its end; a run that was interrupted or is finished already is gone on with, or taken as it is."""

RERANKING: Mapping[str, Value] = {"k1": 20, "k2": 6, "lambda": 0.3}
"""The paper's for Market-1501: tried first."""

RERANKING_SPACE = ("k1=4:40", "k2=1:12", "lambda=0.0:0.9")


class Interrupted(Exception):
    """A run was asked to stop: so is the search."""


def of_recipe(recipe: Recipe, trained: Trained) -> Objective:
    """The figures that a recipe measures at its end."""

    def objective(chosen: Mapping[str, Value]) -> Mapping[str, float]:
        return _measured(overridden(recipe, [f"{name}={value}" for name, value in chosen.items()]), trained)

    return objective


def of_folds(recipe: Recipe, data_field: str | None, n_folds: int, trained: Trained) -> Cell:
    """A cell of a study: the recipe on one data set with one fold held out.

    The recipe says by its fields `fold` and `n_folds` that it can hold folds out; one that cannot is run with other seeds.
    Raises Misconfigured where it has no field for the data.
    """
    names = {field.name for field in dataclasses.fields(recipe)}  # type: ignore[arg-type]
    if data_field is not None and data_field not in names:
        raise Misconfigured(f"The recipe {recipe.name} has no '{data_field}'; it has {', '.join(sorted(names))}.")

    def cell(choice: Parameters, data: str, fold: int) -> Mapping[str, float]:
        words = [f"{name}={value}" for name, value in choice.items()]
        words += [f"{data_field}={data}"] if data_field else []
        words += [f"fold={fold}", f"n_folds={n_folds}"] if {"fold", "n_folds"} <= names else [f"seed={recipe.seed + fold}"]
        return _measured(overridden(recipe, words), trained)

    return cell


def of_reranking(file: Path) -> Objective:
    """mAP, ranks and mINP after re-ranking by k1, k2, lambda; and the threshold with the best F1."""

    def objective(chosen: Mapping[str, Value]) -> Mapping[str, float]:
        data = read_embeddings(file)
        distances = reranked(data, _how({name: str(value) for name, value in chosen.items()}))
        threshold = best_threshold(distances, data)
        found = {"threshold": threshold.distance, "threshold_precision": threshold.precision, "threshold_f1": threshold.f1}
        return {**ranked_figures(distances, data), **found}

    return objective


def of_reranked_folds(n_folds: int) -> Cell:
    """A cell of a study over re-ranking: the queries of one fold of people, ranked against the whole gallery."""

    @lru_cache(maxsize=1)  # the folds of one choice come one after the other
    def distances_of(file: str, choice: tuple[tuple[str, str], ...]) -> Any:
        return reranked(read_embeddings(Path(file)), _how(dict(choice)))

    def cell(choice: Parameters, data: str, fold: int) -> Mapping[str, float]:
        embedded = read_embeddings(Path(data))
        members = fold_of(embedded.queries.identities, n_folds) == fold
        return ranked_figures(distances_of(data, tuple(sorted(choice.items()))), embedded, members)

    return cell


def _how(choice: Mapping[str, str]) -> KReciprocal | None:
    """ "k1=0" is no re-ranking. Raises Misconfigured on other names and impossible values."""
    strange = set(choice) - set(RERANKING)
    if strange:
        raise Misconfigured(f"Re-ranking has k1, k2 and lambda, no {', '.join(sorted(strange))}.")
    given = {**{name: str(value) for name, value in RERANKING.items()}, **choice}
    try:
        if int(given["k1"]) == 0:
            return None
        return KReciprocal(int(given["k1"]), int(given["k2"]), float(given["lambda"]))
    except ValueError as error:
        raise Misconfigured(f"This is no re-ranking: {error}.") from error


def _measured(recipe: Recipe, trained: Trained) -> Mapping[str, float]:
    run = trained(recipe)
    if not run.finished:
        raise Interrupted
    return run.measured


def grid_of(words: Sequence[str]) -> dict[str, list[str]]:
    """Of `field=a,b,c`; several fields are crossed. Raises Misconfigured."""
    grid: dict[str, list[str]] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not text:
            raise Misconfigured(f"'{word}' is not of the form field=a,b,c.")
        grid[name.strip()] = [part.strip() for part in text.split(",")]
    if not grid:
        raise Misconfigured("A study needs at least one --grid field=a,b,c.")
    return grid
