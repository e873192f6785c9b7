"""Detection accuracy and the time that a frame takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from haetae.domain.geometry import ImageSize
from haetae.models.networks import network
from haetae.training.evaluation.detecting import LEAST_SCORE, Detected, detected
from haetae.training.evaluation.measured import detector, sized
from haetae.training.readers.frames import FrameSource
from haetae.training.tables.layout import Bars, percent, table
from haetae.training.tables.measured import Measured

TABLE = "detection"
PAPER_ACCURACY, PAPER_MS = 90.12, 70.0
_DEFAULT_THRESHOLD = 0.35
_PLATFORM_SURE = 0.4  # what a network's own threshold, chosen by its recipe, becomes in the platform


@dataclass(frozen=True, slots=True)
class Frames:
    """Where detectors are measured: thresholds are chosen on `validation`, where there is one, and used on all of `tests`."""

    tests: Mapping[str, FrameSource]
    validation: FrameSource | None = None


def measured(networks: Sequence[str], frames: Frames, models: Path | None, input_size: ImageSize, bars: Bars) -> dict[str, Any]:
    """The figures of every network on all frames."""
    figures: dict[str, Any] = {}
    for name in networks:
        threshold = _DEFAULT_THRESHOLD
        if "sure_at" in network(name).parameters:
            threshold = _PLATFORM_SURE
        elif frames.validation is not None:
            threshold = _looked(name, "validation", frames.validation, models, input_size, bars).report(0.5).best_threshold
        for title, source in frames.tests.items():
            report = _looked(name, title, source, models, input_size, bars).report(threshold)
            figures.setdefault(title, {})[name] = asdict(report)
    return figures


def _looked(name: str, title: str, source: FrameSource, models: Path | None, size: ImageSize, bars: Bars) -> Detected:
    with bars(f"{name} over {title}", source.count()) as advance:
        return detected(detector(name, models, min_score=LEAST_SCORE), source, sized(size), advance)


def section(told: Measured) -> str:
    """In Markdown."""
    parts = ["## Detection and time per frame\n"]
    header = ("recall", "precision", "F1", "AP .5", "AP .5:.95", "threshold", "false boxes", "ms a frame")
    for title, networks in told.figures.items():
        any_of = next(iter(networks.values()))
        rows = [(name, *_cells(its)) for name, its in networks.items()]
        parts.append(table((f"{title}: {any_of['n_frames']} frames, {any_of['n_people']} people", *header), rows))
        parts.append("")
    parts.append(
        "Percent; IoU .5. The built-in network's threshold is that of its card, which says how it was "
        "chosen (.40 to the platform), the others' have the "
        "best F1 on the validation frames. Milliseconds are processor time on one core, "
        f"letterbox and suppression included. The paper says {PAPER_ACCURACY} % accuracy of YOLOv4 on frames of its own, and "
        f"{PAPER_MS:.0f} ms a frame on three A100s.\n"
    )
    return "\n".join(parts)


def _cells(its: Mapping[str, Any]) -> tuple[str, ...]:
    recall, precision = its["recall"], its["precision"]
    f1 = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    shares = (recall, precision, f1, its["ap"]["ap50"], its["ap"]["ap"])
    return (*map(percent, shares), f"{its['threshold']:.2f}", str(its["n_false"]), f"{its['cpu_ms']:.1f}")
