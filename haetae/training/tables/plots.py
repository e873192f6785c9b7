"""The page's plots, as SVG that is the same for the same figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot

mpl.rcParams.update({"svg.hashsalt": "haetae", "svg.fonttype": "none", "font.size": 9})

_METADATA = {"Date": None}


def ranks(file: Path, title: str, curves: Mapping[str, Sequence[float]]) -> None:
    """Rank-k in percent over k, a line each; what is re-ranked is solid."""
    figure, axes = pyplot.subplots(figsize=(6.4, 3.6))
    for name, values in curves.items():
        line = "-" if "re-ranked" in name else "--"
        axes.plot(range(1, len(values) + 1), values, line, marker="o", markersize=2.5, label=name)
    axes.set(xlabel="k", ylabel="rank-k, %", title=title)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7, loc="lower right")
    _save(figure, file)


def labels(file: Path, title: str, by_network: Mapping[str, Mapping[str, float]]) -> None:
    """The mean accuracy of each label, in percent, a row a label and a mark a network."""
    names = list(dict.fromkeys(name for labels in by_network.values() for name in labels))
    figure, axes = pyplot.subplots(figsize=(6.4, 0.16 * len(names) + 1))
    for network, its in by_network.items():
        at = [i for i, name in enumerate(names) if name in its]
        axes.plot([100 * its[names[i]] for i in at], at, "o", markersize=3, label=network)
    axes.set(xlim=(45, 101), title=title, xlabel="mean of true positive and true negative rate, %", ylim=(len(names) - 0.5, -0.5))
    axes.set_yticks(range(len(names)), names, fontsize=6)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7)
    _save(figure, file)


def _save(figure: pyplot.Figure, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(file, metadata=_METADATA)
    pyplot.close(figure)
