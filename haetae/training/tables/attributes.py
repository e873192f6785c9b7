"""Tables 3 and 6: attributes read from crops, and a search by seven of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from haetae.domain.attributes import AttributeName, Attributes
from haetae.training.evaluation.attributes import attribute_scores
from haetae.training.evaluation.crops import Crops
from haetae.training.evaluation.measured import classifier
from haetae.training.tables.layout import Bars, percent, table
from haetae.training.tables.measured import Measured

TABLE = "attributes"
PAPER = {"accuracy": 92.5, "precision": 95.8, "recall": 95.9, "f1": 95.8, "mean_accuracy": 89.6}
"""OSNet of the paper, percent, 28 labels without colours."""

ASKED: Mapping[AttributeName, str] = {
    AttributeName.DIRECTION: "side",
    AttributeName.GENDER: "male",
    AttributeName.UPPER_TYPE: "long_sleeve",
    AttributeName.LOWER_TYPE: "long_trousers",
    AttributeName.BAG: "none",
    AttributeName.GLASSES: "none",
    AttributeName.HAIR: "short",
}
"""The search of the paper's table 6."""

_N_SHOWN = 5
_BATCH = 64


def measured(networks: Sequence[str], crops: Crops, models: Path | None, bars: Bars) -> dict[str, Any]:
    """The figures of every network on the crops."""
    return {name: _of_one(name, crops, models, bars) for name in networks}


def _of_one(name: str, crops: Crops, models: Path | None, bars: Bars) -> dict[str, Any]:
    reads = classifier(name, models)
    read: list[Attributes] = []
    with bars(f"{name} over {crops.n} crops", crops.n) as advance:
        for batch in crops.batches(_BATCH):
            read += reads.classify(batch)
            advance(len(read))
    scores = attribute_scores(crops.attributes, read)
    return {
        "n_crops": crops.n,
        "everything": asdict(scores.everything),
        "without_colours": asdict(scores.without_colours),
        "correct": {name.value: round(share, 4) for name, share in scores.correct.items()},
        "labels": {label: round(mean, 4) for label, mean in scores.label_means.items()},
        "found": _found(crops, read),
    }


def _found(crops: Crops, read: Sequence[Attributes]) -> list[dict[str, Any]]:
    """The crops that the search finds first: what was read of each attribute (0-1), and whether it is true."""

    def fit(i: int) -> float:
        return sum(read[i].score(name, value) for name, value in ASKED.items())

    best = sorted(range(crops.n), key=lambda i: (-fit(i), i))[:_N_SHOWN]
    return [
        {
            name.value: {"score": round(read[i].score(name, value), 3), "true": crops.attributes[i][name] == value}
            for name, value in ASKED.items()
        }
        for i in best
    ]


def section(told: Measured) -> str:
    """In Markdown."""
    header = ("", "accuracy", "precision", "recall", "F1", "mean accuracy (mA)")
    rows = [
        (f"{name}, {what} ({its[key]['n_labels']} labels)", *(percent(its[key][figure]) for figure in PAPER))
        for name, its in told.figures.items()
        for key, what in (("without_colours", "without colours"), ("everything", "with colours"))
    ]
    rows.append(("OSNet of the paper, without colours (28 labels)", *(f"{value:.1f}" for value in PAPER.values())))
    n = next(iter(told.figures.values()))["n_crops"]
    parts = [
        "## Attributes (tables 3 and 6)\n",
        f"{n:,} crops of the city's test people, percent.\n",
        table(header, rows),
        "\nHow often each attribute is right, percent:\n",
        _by_attribute(told.figures),
        f"\n![By label](results/{TABLE}.svg)\n",
    ]
    parts += [_search(name, its) for name, its in told.figures.items()]
    return "\n".join(parts)


def _by_attribute(figures: Mapping[str, Any]) -> str:
    names = [name.value for name in AttributeName if any(name.value in its["correct"] for its in figures.values())]
    rows = [
        (name, *(percent(its["correct"][name]) if name in its["correct"] else "-" for its in figures.values())) for name in names
    ]
    return table(("", *figures), rows)


def _search(network: str, its: Mapping[str, Any]) -> str:
    """Table 6: the search's first answers with the scores of what was asked; what is not true is struck out."""
    rows = [
        (f"rank-{k}", *(f"{100 * a['score']:.0f}" if a["true"] else f"~~{100 * a['score']:.0f}~~" for a in answer.values()))
        for k, answer in enumerate(its["found"], start=1)
    ]
    header = (f"{network}: a search for", *(f"{name.value} {value}" for name, value in ASKED.items()))
    return "\n" + table(header, rows) + "\n\nScores of what was asked, percent; struck out where it is not true of the person.\n"
