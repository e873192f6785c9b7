"""Table 7: the route of people over the city's cameras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from haetae.training.readers.route_test import RouteNetworks, route_test
from haetae.training.tables.layout import Bars, percent, table
from haetae.training.tables.measured import Measured

TABLE = "route"
PAPER = (81.9, 84.4, 84.4, 84.4, 84.4)
STAGES = {"by_photo": "photo", "reranked": "photo, re-ranked", "with_attributes": "photo and attributes, re-ranked"}


def measured(
    networks: Sequence[RouteNetworks], folder: Path, bars: Bars, *, n_problems: int, seed: int, every: int
) -> dict[str, Any]:
    """The figures of every set of networks on the city in the folder."""
    figures = {}
    for each in networks:
        report = route_test(folder, each, n_problems=n_problems, seed=seed, every=every, bars=bars)
        figures[f"{each.detector} + {each.embedder}"] = asdict(report)
    return figures


def section(told: Measured) -> str:
    """In Markdown."""
    rows, any_of = [], next(iter(told.figures.values()))
    for name, report in told.figures.items():
        rows += [(f"{name}: {what}", *_cells(report[key])) for key, what in STAGES.items() if report[key]]
    rows.append(("the paper", *(f"{value:.1f}" for value in PAPER)))
    scores = any_of["reranked"]
    return "\n".join(
        [
            "## The route over the cameras (table 7)\n",
            table((f"{any_of['n_problems']} problems", *(f"rank-{k}" for k in range(1, 6))), rows),
            f"\nPercent. {scores['n_appearances']} appearances of the people asked for, {scores['n_without_tracklet']} of which "
            f"were never followed; {any_of['n_followed']:,} tracklets in all. For each appearance the tracklets of its camera "
            "are ordered by the distance from one photo by a camera elsewhere; found at rank k: one of the first k is right.\n",
            f"\n![Route](results/{TABLE}.svg)\n",
        ]
    )


def _cells(scores: dict[str, Any]) -> list[str]:
    return [percent(share) for share in scores["ranks"]]
