"""Tables 3 and 6: attributes read from crops, and a search by seven of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import VALUES, AttributeName, Attributes
from haetae.inference.attribute_classifier import AttributeClassifier
from haetae.training.attributes.layout import fully_seen, labels_of
from haetae.training.attributes.learner import as_attributes, fused, truths
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.evaluation.attributes import attribute_scores
from haetae.training.evaluation.measured import classifier
from haetae.training.reid.crop_bank import CropPlan, crop_bank
from haetae.training.reid.framing import inner
from haetae.training.tables.drawn import FIRST_TEST
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

BEST_SHOTS = CropPlan(FIRST_TEST, 300, 4, 1, 10, first_camera=FIRST_TEST, best=1)
"""300 people, four crops of each by one of ten cameras: a tracklet's best shots."""

ANYTHING = CropPlan(FIRST_TEST, 200, 4, 4, 10, first_camera=FIRST_TEST)
"""Whatever a detector may find: 34-200 px, in all lights, weathers and postures, hidden in part."""

_MORE = {
    "tracklets": "the four shots of a tracklet together, everything counted",
    "hidden": "one shot, everything counted",
    "anything": "any crop of 34-200 px, in all weathers, at night, half hidden",
}

Rows = NDArray[np.intp]
Bar = AbstractContextManager[Callable[[int], None]]
Told = Callable[[str], None]

_N_SHOWN = 5
_BATCH = 64


def measured(
    networks: Sequence[str], banks: Path, models: Path | None, bars: Bars, told: Told = lambda _: None
) -> dict[str, Any]:
    """The figures of every network on crops like best shots, alone and together, and on whatever a detector may find."""
    best, anything = crop_bank(BEST_SHOTS, banks, told), crop_bank(ANYTHING, banks, told)
    return {name: _of_one(name, best, anything, models, bars) for name in networks}


def _of_one(name: str, best: PictureBank, anything: PictureBank, models: Path | None, bars: Bars) -> dict[str, Any]:
    reads = classifier(name, models)
    rows = np.flatnonzero(fully_seen(best))
    read = _read(reads, best, rows, bars(f"{name} over {len(rows)} crops like best shots", len(rows)))
    truth = truths(labels_of(best)[rows])
    together, first = _together(read, best, rows)
    others = np.flatnonzero(fully_seen(anything))
    read_there = _read(reads, anything, others, bars(f"{name} over {len(others)} other crops", len(others)))
    told = labels_of(best, hidden=True)
    return {
        **_figures(truth, read),
        "found": _found(truths(told[rows]), read),
        "tracklets": _figures(truths(told[first]), together),
        "hidden": _figures(truths(told[rows]), read),
        "anything": _figures(truths(labels_of(anything, hidden=True)[others]), read_there),
    }


def _figures(truth: Sequence[Mapping[AttributeName, str]], read: Sequence[Attributes]) -> dict[str, Any]:
    scores = attribute_scores(truth, read)
    return {
        "n_crops": len(read),
        "everything": asdict(scores.everything),
        "without_colours": asdict(scores.without_colours),
        "correct": {name.value: round(share, 4) for name, share in scores.correct.items()},
        "labels": {label: round(mean, 4) for label, mean in scores.label_means.items()},
    }


def _read(reads: AttributeClassifier, bank: PictureBank, rows: Rows, bar: Bar) -> list[Attributes]:
    """As services cut crops: without the margin."""
    read: list[Attributes] = []
    with bar as advance:
        for start in range(0, len(rows), _BATCH):
            read += reads.classify([inner(bank.picture(int(row))) for row in rows[start : start + _BATCH]])
            advance(len(read))
    return read


def _together(read: Sequence[Attributes], bank: PictureBank, rows: Rows) -> tuple[list[Attributes], Rows]:
    """What the crops of a person in one camera say together, as `fused`, and the row of the first of each."""
    outputs = np.array([[each.score(name, value) for name in AttributeName for value in VALUES[name]] for each in read])
    together, first = fused(outputs, bank, rows)
    return [as_attributes(row) for row in together], first


def _found(truth: Sequence[Mapping[AttributeName, str]], read: Sequence[Attributes]) -> list[dict[str, Any]]:
    """The crops that the search finds first: what was read of each attribute (0-1), and whether it is true."""

    def fit(i: int) -> float:
        return sum(read[i].score(name, value) for name, value in ASKED.items())

    best = sorted(range(len(read)), key=lambda i: (-fit(i), i))[:_N_SHOWN]
    return [
        {
            name.value: {"score": round(read[i].score(name, value), 3), "true": truth[i][name] == value}
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
    for name, its in told.figures.items():
        rows += [
            (f"{name}, {what}, without colours", *(percent(its[key]["without_colours"][figure]) for figure in PAPER))
            for key, what in _MORE.items()
            if key in its
        ]
    rows.append(("OSNet of the paper, without colours (28 labels)", *(f"{value:.1f}" for value in PAPER.values())))
    n = next(iter(told.figures.values()))["n_crops"]
    parts = [
        "## Attributes (tables 3 and 6)\n",
        f"{n:,} crops of the city's test people as a tracklet's best shots are (near, upright, sharp, hardly hidden), percent. "
        "A bag that the body hides, and whether somebody wears glasses who looks away, are not counted in the first rows.\n",
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
