"""docs/results.md: all tables that were measured, each with its command, seed and machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from haetae.training.tables import attributes, detection, plots, reid, route
from haetae.training.tables.measured import FOLDER, Measured, read

PAGE = "results.md"

_SECTIONS: Mapping[str, Callable[[Measured], str]] = {
    reid.TABLE: reid.section,
    attributes.TABLE: attributes.section,
    route.TABLE: route.section,
    detection.TABLE: detection.section,
}

_HEAD = """# Measured results

The tables of Korean multi-CCTV person search, measured again by `haetae evaluate tables`. Each section says how to measure it
again; the figures themselves lie in `results/`. The city's people and cameras here are those of the test part, from which no
recipe learns. Real people are those of `tests/data/real_people/test.json`.
"""


def write(docs: Path) -> Path:
    """The page and its plots from whatever was measured so far."""
    parts = [_HEAD]
    for table, section in _SECTIONS.items():
        told = read(docs, table)
        if told is not None:
            _draw(told, docs / FOLDER)
            parts.append(f"{section(told).rstrip()}\n\n{_how(told)}\n")
    page = docs / PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n".join(parts), encoding="utf-8")
    return page


def _how(told: Measured) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in told.networks.items())
    return (
        f"Measured {told.measured_at} on {told.machine}, seed {told.seed}{f', {versions}' if versions else ''}: `{told.command}`"
    )


def _draw(told: Measured, folder: Path) -> None:
    if told.table == reid.TABLE:
        for search, networks in told.figures.items():
            plots.ranks(folder / f"{reid.TABLE}-{reid.slug(search)}.svg", f"People found again: {search}", reid.curves(networks))
    elif told.table == attributes.TABLE:
        plots.labels(
            folder / f"{attributes.TABLE}.svg", "Attributes", {name: its["labels"] for name, its in told.figures.items()}
        )
    elif told.table == route.TABLE:
        plots.ranks(folder / f"{route.TABLE}.svg", "Route", _route_curves(told))


def _route_curves(told: Measured) -> dict[str, list[float]]:
    curves = {
        f"{name}: {what}": [100 * share for share in report[key]["ranks"]]
        for name, report in told.figures.items()
        for key, what in route.STAGES.items()
        if report[key]
    }
    return {**curves, "the paper, re-ranked": list(route.PAPER)}
