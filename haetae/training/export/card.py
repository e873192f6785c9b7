"""Model cards."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from haetae.training.learner import About, Described, Learner
from haetae.training.parameters import flat, plain
from haetae.training.recipe import Recipe


def card(recipe: Recipe, learner: Learner, result: Mapping[str, Any], remarks: str = "") -> str:
    """The card of a finished run in Markdown: data, recipe, seed, hardware, time, figures, limits, licence."""
    about = learner.about() if isinstance(learner, Described) else About(recipe.name, "", "As the recipe says.", "Not stated.")
    hardware = result["hardware"]
    where = hardware.get("gpu") or f"{hardware['processor']}, {hardware['threads']} thread(s) of {hardware['cores']} cores"
    parts = [
        f"# {about.title}",
        about.purpose,
        f"Recipe `{recipe.name}`, seed {recipe.seed}: `haetae train {recipe.name}` makes it again. "
        f"{result['n_parameters']:,} parameters, {result['size_bytes'] / 2**20:.2f} MiB, SHA-256 `{result['sha256'][:16]}...`.",
        "## Data",
        about.data,
        "## Training",
        f"{result['steps']:,} steps in {_minutes(result['wall_s'])} ({_minutes(result['cpu_s'])} of processor time, data "
        f"included) on {where}; PyTorch {hardware['torch']}.",
        table(("parameter", "value"), [(name, _short(value)) for name, value in flat(plain(recipe)) if value is not None]),
        "## Figures on held-out data",
        table(("figure", "value"), [(name, f"{value:.4g}") for name, value in result["measured"].items()]) or "None.",
        remarks,
        "## Limits",
        about.limits,
        "## Licence",
        about.licence,
    ]
    return "\n\n".join(textwrap.dedent(part).strip() for part in parts if part.strip()) + "\n"


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """In Markdown; nothing of no rows."""
    if not rows:
        return ""
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes"


def _short(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."
