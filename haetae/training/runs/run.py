"""One run's folder.

recipe.json     the recipe's class and all parameters       curves.csv, curves.png
checkpoint.pt   what a continuation needs                   result.json   figures, cost, hardware
*.onnx          the exported network                        card.md       what to expect of it
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haetae.errors import Misconfigured
from haetae.training.parameters import differences, digest, plain, restored
from haetae.training.recipe import Recipe
from haetae.training.recipes import address_of, recipe_class
from haetae.training.runs.curves import Curves, read_curves
from haetae.training.runs.files import read_json, write_json
from haetae.training.workspace import Workspace

_OF_TIME = ("optimisation.seconds:", "optimisation.checkpoint_s:")


@dataclass(frozen=True, slots=True)
class Run:
    """One run, finished or not."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    @property
    def parameters(self) -> dict[str, Any]:
        """Of its recipe. Raises Misconfigured where this is no run."""
        return dict(self._recipe()["parameters"])

    @property
    def recipe(self) -> Recipe:
        """The recipe as it was run. Raises Misconfigured where its class has changed since."""
        content = self._recipe()
        one: Any = recipe_class(str(content["class"]))
        return restored(one, content["parameters"])  # type: ignore[no-any-return]

    @property
    def curves(self) -> Curves:
        return read_curves(self.folder / "curves.csv")

    @property
    def result(self) -> dict[str, Any]:
        """What `result.json` says; empty while the run is not finished."""
        try:
            return read_json(self.folder / "result.json")
        except FileNotFoundError:
            return {}

    @property
    def finished(self) -> bool:
        return bool(self.result)

    @property
    def measured(self) -> dict[str, float]:
        return dict(self.result.get("measured", {}))

    @property
    def onnx(self) -> Path:
        """The exported network. Raises Misconfigured where the run is not finished."""
        name = self.result.get("onnx")
        if name is None:
            raise Misconfigured("The run is not finished, so it has no network yet: go on with `haetae train`.", run=self.name)
        return self.folder / str(name)

    def _recipe(self) -> dict[str, Any]:
        try:
            return read_json(self.folder / "recipe.json")
        except FileNotFoundError:
            raise Misconfigured(f"{self.folder} is no run: it has no recipe.json.") from None


def opened(recipe: Recipe, workspace: Workspace, name: str | None, *, resume: bool) -> Run:
    """The folder for a recipe, made where it is not there.

    Without a name it is the recipe's and a digest of its parameters, so that the same command finds its own run again.
    The time that an unfinished run is given may change with its next continuation; where other parameters do, Misconfigured is
    raised, saying which.
    """
    parameters = plain(recipe)
    run = Run(workspace.runs / (name or f"{recipe.name}-{digest(parameters)}"))
    if not resume:
        shutil.rmtree(run.folder, ignore_errors=True)
    if (run.folder / "recipe.json").is_file():
        _check_same(run, parameters)
    run.folder.mkdir(parents=True, exist_ok=True)
    if not run.finished:
        write_json(run.folder / "recipe.json", {"recipe": recipe.name, "class": address_of(recipe), "parameters": parameters})
    return run


def found(workspace: Workspace, name: str | Path) -> Run:
    """A run by its name or its folder. Raises Misconfigured, naming the runs that there are."""
    for folder in (workspace.runs / name, Path(name)):
        if (folder / "recipe.json").is_file():
            return Run(folder)
    raise Misconfigured(f"There is no run '{name}'; there are {', '.join(run.name for run in runs(workspace)) or 'none yet'}.")


def runs(workspace: Workspace) -> list[Run]:
    """All runs of the workspace, by name."""
    return [Run(file.parent) for file in sorted(workspace.runs.glob("*/recipe.json"))]


def _check_same(run: Run, parameters: Mapping[str, Any]) -> None:
    changed = differences(run.parameters, parameters)
    if not run.finished:
        changed = [each for each in changed if not each.startswith(_OF_TIME)]
    if changed:
        raise Misconfigured(
            f"The run {run.name} was started with other parameters ({'; '.join(changed)}): give this one another name, or "
            "start afresh."
        )
