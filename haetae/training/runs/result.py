"""The end of a run: figures, the exported network, its card."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import nn

from haetae.training.export.card import card
from haetae.training.fit import Fit
from haetae.training.learner import Learner
from haetae.training.recipe import Recipe
from haetae.training.runs.cost import hardware
from haetae.training.runs.curves import draw
from haetae.training.runs.files import write_json, write_text
from haetae.training.runs.run import Run


def finish(run: Run, recipe: Recipe, fit: Fit, book: Callable[[], None]) -> None:
    """Measures and exports the averaged network, writes curves, card and, last of all, `result.json`: the run is finished."""
    measured = fit.measure()
    if measured and fit.curves.points:
        fit.curves.points[-1] |= {f"measured_{name}": value for name, value in measured.items()}
        fit.curves.write(run.folder / "curves.csv")
        draw({run.name: fit.curves}, run.folder / "curves.png")
    onnx = exported(fit.learner, fit.average.network, run.folder)
    book()
    result: dict[str, Any] = {
        "recipe": recipe.name,
        "seed": recipe.seed,
        "steps": fit.step,
        "steps_lost": fit.n_lost,
        "measured": measured,
        "n_parameters": sum(parameter.numel() for parameter in fit.network.parameters()),
        "onnx": str(onnx.relative_to(run.folder)),
        "sha256": hashlib.sha256(onnx.read_bytes()).hexdigest(),
        "size_bytes": onnx.stat().st_size,
        "wall_s": round(fit.elapsed_s, 1),
        "cpu_s": round(fit.cpu_s, 1),
        "hardware": hardware(fit.device),
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_text(run.folder / "card.md", card(recipe, fit.learner, result))
    write_json(run.folder / "result.json", result)


def exported(learner: Learner, network: nn.Module, folder: Path) -> Path:
    """The learner's ONNX file of a copy of the network on the CPU, f32, in evaluation mode."""
    there = copy.deepcopy(network).cpu().float().to(memory_format=torch.contiguous_format)
    with torch.no_grad():
        return learner.export(there.eval(), folder)
