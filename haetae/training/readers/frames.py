"""Frames with true boxes, wherever they come from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from haetae.errors import Misconfigured
from haetae.training.evaluation.detecting import TrueFrame
from haetae.training.evaluation.labels import labelled_frames, pixels_of


def n_true_frames(labels: Path | None, clips: Path | None, data: Path | None, *, every: int) -> int | None:
    """How many frames `true_frames` gives, where that is known beforehand."""
    return len(labelled_frames(labels)) if labels is not None else None


def true_frames(labels: Path | None, clips: Path | None, data: Path | None, *, every: int) -> Iterator[TrueFrame]:
    """Labelled frames of `clips`, or those of the data set in the folder `data` (of films every n-th). Raises Misconfigured."""
    if labels is not None and clips is not None:
        for frame, pixels in pixels_of(labelled_frames(labels), clips):
            yield TrueFrame(frame.clip, pixels, frame.truth)
        return
    raise Misconfigured("Say which frames: --labels FILE with --clips FOLDER, or --data FOLDER.")
