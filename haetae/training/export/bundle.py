"""A run's network, ready to be used elsewhere: f32, int8, what they differ in, and the card that says so."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haetae.training.export.card import card, table
from haetae.training.export.comparison import agreement, calibration_of, figures, milliseconds
from haetae.training.export.pictures import pictures_for
from haetae.training.export.quantisation import quantised
from haetae.training.learner import Learner
from haetae.training.runs.files import write_json, write_text
from haetae.training.runs.run import Run
from haetae.training.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Bundle:
    """`files` by precision: "f32" and, where it was asked for, "int8". `comparison` is empty without int8."""

    folder: Path
    files: Mapping[str, Path]
    card: str
    comparison: Mapping[str, Any]


def bundled(
    run: Run, workspace: Workspace, into: Path, *, int8: bool = True, pictures: Path | None = None, learner: Learner | None = None
) -> Bundle:
    """Writes `<run>.onnx`, `<run>-int8.onnx`, `card.md` and `export.json` into the folder.

    The ranges of int8 come from the photos and clips of the folder `pictures`, else from the learner (built from the run's recipe
    where it is not given). Raises Misconfigured where the run is not finished or data is missing.
    """
    into.mkdir(parents=True, exist_ok=True)
    files = {"f32": into / f"{run.name}.onnx"}
    shutil.copyfile(run.onnx, files["f32"])
    comparison: dict[str, Any] = {}
    if int8:
        if pictures is None:
            learner = learner or run.recipe.build(workspace)
            calibration = calibration_of(learner, files["f32"])
        else:
            calibration = pictures_for(files["f32"], pictures)
        files["int8"] = quantised(files["f32"], into / f"{run.name}-int8.onnx", calibration)
        comparison = {
            "size_bytes": {name: file.stat().st_size for name, file in files.items()},
            "ms": milliseconds(files, calibration[0][:1]),
            "agreement": agreement(files["f32"], files["int8"], calibration),
            "figures": figures(learner, files) if learner is not None else {},
        }
    text = _card(run, learner, comparison)
    write_text(into / "card.md", text)
    write_json(into / "export.json", {"run": run.name, "files": {k: f.name for k, f in files.items()}, **comparison})
    return Bundle(into, files, text, comparison)


def in_eight_bits(comparison: Mapping[str, Any]) -> str:
    """What int8 costs and saves, in Markdown; nothing where there is no comparison."""
    if not comparison:
        return ""
    rows = [("size, MiB", *(f"{comparison['size_bytes'][name] / 2**20:.2f}" for name in ("f32", "int8")))]
    rows += [("ms a run, one thread", *(f"{comparison['ms'][name]:.2f}" for name in ("f32", "int8")))]
    both = comparison["figures"]
    rows += [(name, f"{value:.4g}", f"{both['int8'][name]:.4g}") for name, value in both.get("f32", {}).items()]
    rows += [(name, "", f"{value:.4g}") for name, value in comparison["agreement"].items()]
    return "## In eight bits\n\n" + table(("", "f32", "int8"), rows)


def _card(run: Run, learner: Learner | None, comparison: Mapping[str, Any]) -> str:
    """The run's card with what int8 does; written anew where the learner is there."""
    remarks = in_eight_bits(comparison)
    if learner is not None:
        return card(run.recipe, learner, run.result, remarks)
    before = (run.folder / "card.md").read_text(encoding="utf-8")
    return before.replace("## Limits", f"{remarks}\n\n## Limits", 1) if remarks else before
