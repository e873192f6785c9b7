"""Where an exported network goes: the models folder, a Triton model repository, edge agents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from haetae.models.installed import Execution
from haetae.models.registration import Candidate, register
from haetae.models.release import Offered, offer
from haetae.models.repository import lay_out
from haetae.training.export.bundle import Bundle
from haetae.training.runs.run import Run


def handed_over(
    run: Run,
    bundle: Bundle,
    name: str,
    models_folder: Path,
    *,
    parameters: Mapping[str, object] | None = None,
    triton: Path | None = None,
    releases: Path | None = None,
) -> list[str]:
    """The names under which the network is registered: `name` for f32, `name`-int8 where there is one.

    `triton` is made a model repository of exactly these; `releases` gets a new version with all precisions.
    Raises Misconfigured where a name is taken by the catalogue.
    """
    origin = {"run": run.name, "recipe": run.result["recipe"], "seed": run.result["seed"], "measured": run.measured}
    names = {precision: name if precision == "f32" else f"{name}-{precision}" for precision in bundle.files}
    title = bundle.card.partition("\n")[0].removeprefix("# ") or name
    found = [
        register(
            models_folder,
            Candidate(each, f"{title} ({precision})", bundle.files[precision], bundle.card, parameters or {}, origin),
        )
        for precision, each in names.items()
    ]
    if triton is not None:
        lay_out(models_folder, triton, list(names.values()), execution=Execution())
    if releases is not None:
        entry = found[0].entry
        offer(releases, Offered(name, entry.spec.task.value, entry.kind, dict(entry.parameters), bundle.files, bundle.card))
    return list(names.values())
