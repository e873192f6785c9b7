"""`haetae evaluate evidence`: what networks' answers are worth, and how far that is true of other people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from haetae.cli.evaluation.options import Models, side_by_side
from haetae.cli.output import AsJson, emit, say
from haetae.cli.training_extra import training_installed


def evidence(
    embedder: Annotated[str, typer.Option("--embedder", help="A network of `haetae models list`.")] = "haetae-reid",
    attributes: Annotated[str, typer.Option("--attributes", help="A network of `haetae models list`.")] = "haetae-attributes",
    write: Annotated[bool, typer.Option("--write", help="Keep it beside the networks' cards, and the figures in DOCS.")] = False,
    docs: Annotated[Path, typer.Option("--docs", help="Where results/evidence-EMBEDDER.json is written.")] = Path("docs"),
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Measured on validation people, told of test people; both are drawn once. Ends with 2 where a network is missing."""
    with training_installed():
        from haetae.training.calibration.measuring import Networks, calibrated, keep
        from haetae.training.calibration.tracklets import FIRST_TEST
        from haetae.training.evaluation.measured import versions
        from haetae.training.tables.measured import Measured
        from haetae.training.workspace import Workspace

        done = calibrated(Networks(embedder, attributes, models), Workspace.configured().banks, say)
        if write:
            keep(done.documents, say)
            command = f"haetae evaluate evidence --embedder {embedder} --attributes {attributes} --write"
            table = f"evidence-{embedder}"
            Measured(table, command, FIRST_TEST, done.figures, versions((embedder, attributes), models)).write(docs)
    emit(done.figures, as_json, lambda: side_by_side("What evidence is worth", {"test people": _rows(done.figures)}))


def _rows(figures: dict[str, Any]) -> dict[str, object]:
    test, chosen = figures["test"], figures["validation"]
    weighed, everything = test["weights"], test["attributes"]["all"]
    open_set = next(iter(test["presence"]["open_set"].values()))
    best = f"{chosen['best_weight_of_attributes']:g}"
    return {
        "tracklets / searches": f"{test['n_tracklets']} / {test['n_searches']}",
        "attributes: ECE (raw scores)": f"{everything['ece']:.3f} ({everything['ece_raw']:.3f})",
        "attributes: log loss (raw scores)": f"{everything['log_loss']:.3f} ({everything['log_loss_raw']:.3f})",
        "re-ranked distance: ECE of the nearest": test["likeness"]["k-reciprocal"]["ece"],
        "in the gallery: ECE": test["presence"]["ece"],
        "in the gallery: FNIR at FPIR .1, by distance / probability": " / ".join(
            f"{open_set[by]['FNIR at FPIR 0.1']:.3f}" for by in ("distance", "probability")
        ),
        "limits of photos (validation)": str(chosen["limits"]),
        f"photo, rank-1 / + 3 attributes at weight {best}": f"{weighed['by_weight']['0']['rank1']:.3f} / "
        f"{weighed['by_weight'][best]['rank1']:.3f}",
        "attributes alone, mAP: log odds / mean score": f"{weighed['attributes_alone']['mAP']:.3f} / "
        f"{weighed['attributes_alone_by_mean_score']['mAP']:.3f}",
    }
