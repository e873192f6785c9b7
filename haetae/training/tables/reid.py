"""Tables 4 and 5: people found again by OSNet and by ResNet-50, before and after re-ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from haetae.ranking import KReciprocal
from haetae.training.evaluation.crops import Search
from haetae.training.evaluation.identifying import reid_report
from haetae.training.evaluation.measured import embedder
from haetae.training.evaluation.retrieval import Retrieval
from haetae.training.tables.layout import Bars, percent, table
from haetae.training.tables.measured import Measured

TABLE = "reid"
RANKS = (1, 5, 10, 20)
PAPER = {
    "ResNet-50 of the paper, re-ranked": (85.7, 96.7, 98.8, 99.3, 99.7),
    "OSNet of the paper": (80.8, 93.3, 97.7, 98.5, 99.0),
    "OSNet of the paper, re-ranked": (94.7, 99.1, 99.8, 99.9, 99.9),
}
"""mAP, then rank-1, 5, 10, 20, percent: on 3,441 queries and 16,441 gallery crops of its own city."""


def measured(networks: Sequence[str], searches: Sequence[Search], models: Path | None, bars: Bars) -> dict[str, Any]:
    """The figures of every network on every search."""
    figures: dict[str, Any] = {}
    for search in searches:
        for name in networks:
            with bars(f"{name} over {search.name}", search.queries.n + search.gallery.n) as advance:
                report = reid_report(embedder(name, models), search, KReciprocal(), advance)
            after = report.after
            figures.setdefault(search.name, {})[name] = {
                "dimensions": report.dimensions,
                "cpu_ms": round(report.cpu_ms, 3),
                "rerank_s": round(report.rerank_s, 1),
                "search_ms": round(report.search_ms, 3),
                "reranked_ms": round(report.reranked_ms, 3),
                "before": _plain(report.before),
                "after": _plain(after) if after is not None else None,
                "with_same_camera": [_plain(one) if one else None for one in report.with_same_camera or ()],
            }
    return figures


def section(told: Measured) -> str:
    """In Markdown."""
    parts = ["## People found again (tables 4 and 5)\n"]
    for search, networks in told.figures.items():
        any_of = next(iter(networks.values()))["before"]
        header = (f"{search}: {any_of['n_queries']:,} queries, {any_of['n_gallery']:,} gallery crops", "mAP", "mINP")
        ranks = (*(f"rank-{k}" for k in RANKS), "mAP, rank-1 with the same camera", "ms a query")
        rows = [row for name, its in networks.items() for row in _rows(name, its)]
        paper = [(name, f"{m:.1f}", "-", *(f"{r:.1f}" for r in found), "-", "-") for name, (m, *found) in PAPER.items()]
        parts.append(table((*header, *ranks), rows + paper))
        parts.append(f"\n![CMC](results/{TABLE}-{slug(search)}.svg)\n")
    parts.append(
        "\nPercent. mAP as Market-1501's own program counts it; crops of the same person by the same camera are taken out, "
        "but for the last but one column, where they stay: the paper does not say which it did. "
        "Re-ranking: k-reciprocal, k1 20, k2 6, lambda .3. The paper's figures are of real people of its own city. "
        "Milliseconds are processor time of one core for ordering the gallery, a query's share of all that ask at once; "
        "embedding a crop is not in them.\n"
    )
    return "\n".join(parts)


def curves(networks: Mapping[str, Any]) -> dict[str, list[float]]:
    """Rank-1 to rank-20 in percent by network and stage, to be drawn."""
    return {
        f"{name}{stage}": [100 * share for share in its[key]["cmc"][:20]]
        for name, its in networks.items()
        for stage, key in (("", "before"), (", re-ranked", "after"))
        if its[key]
    }


def slug(name: str) -> str:
    """For names of files."""
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-")


def _rows(name: str, its: Mapping[str, Any]) -> list[tuple[str, ...]]:
    easier = its.get("with_same_camera") or (None, None)
    stages = {"": (its["before"], easier[0], "search_ms"), ", re-ranked": (its["after"], easier[1], "reranked_ms")}
    return [
        (
            f"{name}{stage}",
            percent(scores["mean_average_precision"]),
            percent(scores["mean_inverse_penalty"]),
            *(percent(scores["cmc"][k - 1]) for k in RANKS),
            f"{percent(with_all['mean_average_precision'])}, {percent(with_all['cmc'][0])}" if with_all else "-",
            f"{its[took]:.1f}" if its.get(took) else "-",
        )
        for stage, (scores, with_all, took) in stages.items()
        if scores
    ]


def _plain(scores: Retrieval) -> dict[str, Any]:
    plain = asdict(scores)
    plain["cmc"] = [round(share, 5) for share in scores.cmc]
    return {name: round(value, 5) if isinstance(value, float) else value for name, value in plain.items()}
