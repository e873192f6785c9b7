"""What a teacher of the catalogue says about frames, kept as a bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.inference.detector import PersonDetector
from haetae.inference.port import Inference
from haetae.training.detection.clips import ClipFrames
from haetae.training.detection.labels import PERSON, Boxes
from haetae.training.detection.picture_bank import Picture, PictureBank, relabelled, stored
from haetae.training.detection.teaching import Look, Scored, agreed, without_furniture
from haetae.training.distillation.frames import Frames

HELD_OUT = 1 / 6  # of each source, its end
_MIN_SCORE = 0.1
_LANDSCAPE, _PORTRAIT = ImageSize(width=640, height=384), ImageSize(width=384, height=640)

Labels = tuple[Boxes, NDArray[np.int8]]


def deployed_size(pixels: Pixels) -> ImageSize:
    """The input that cameras have by default, turned for upright pictures."""
    return _LANDSCAPE if pixels.shape[1] >= pixels.shape[0] else _PORTRAIT


def looks_of(inference: Inference, teacher: str, second: str | None) -> tuple[list[Look], Look]:
    """The teacher's looks, straight and mirrored; and the second teacher's, who only confirms. Raises Misconfigured."""
    first = PersonDetector(inference, teacher, min_score=_MIN_SCORE, deadline_s=60.0)

    def straight(pixels: Pixels) -> Scored:
        return _scored(first, pixels)

    def mirrored(pixels: Pixels) -> Scored:
        found = _scored(first, np.ascontiguousarray(pixels[:, ::-1]))
        found[:, [0, 2]] = pixels.shape[1] - found[:, [2, 0]]
        return found

    if second is None:
        return [straight, mirrored], lambda pixels: np.empty((0, 5), np.float32)
    other = PersonDetector(inference, second, min_score=_MIN_SCORE, deadline_s=60.0)
    return [straight, mirrored], lambda pixels: _scored(other, pixels)


def taught(folder: Path, frames: Frames, looks: list[Look], second: Look, done: Callable[[int], None]) -> ClipFrames:
    """Labels the frames and keeps them as the bank `folder`. Raises Misconfigured where the teacher is never sure of a person."""
    labels: list[Labels] = []

    def rows() -> Iterator[tuple[Picture, Mapping[str, float]]]:
        of_source: list[Labels] = []
        current = -1
        for shot in frames.shots():
            if shot.source != current:
                labels.extend(_settled(of_source))
                of_source, current = [], shot.source
            of_source.append(agreed(shot.pixels, looks, second))
            done(len(labels) + len(of_source))
            yield shot.pixels, {"clip": shot.source, "held_out": shot.place >= 1 - HELD_OUT, "place": shot.place}
        labels.extend(_settled(of_source))

    try:
        stored(folder, rows())
    except ValueError as error:
        raise Misconfigured("There is not one frame to learn from.") from error
    if not any((flags == PERSON).any() for _, flags in labels):
        raise Misconfigured("The teacher is not sure of one person in these frames: there is nothing to learn.")
    rows_of = [np.column_stack(each) for each in labels]
    starts = np.cumsum([0, *(len(each) for each in rows_of)])
    np.savez(_labels_file(folder), boxes=np.concatenate(rows_of).astype(np.float32), starts=starts)
    return opened(folder)


def is_there(folder: Path) -> bool:
    """Whether the bank was labelled to its end."""
    return folder.is_dir() and _labels_file(folder).is_file()


def opened(folder: Path) -> ClipFrames:
    """A bank that `taught` kept. Raises Misconfigured where there is none."""
    if not is_there(folder):
        raise Misconfigured(f"There are no labelled frames {folder.name}: `haetae distill` makes them.")
    with np.load(_labels_file(folder)) as known:
        return ClipFrames(PictureBank.opened(folder), known["boxes"], known["starts"])


def folded(taught: ClipFrames, n_folds: int, fold: int) -> ClipFrames:
    """The same frames with another part held out: of each source its `fold`-th of `n_folds` stretches of time, from 0.

    Raises Misconfigured where there is no such fold, or where nothing would be held out or left.
    """
    if not 0 <= fold < n_folds or n_folds < 2:
        raise Misconfigured("Folds count from 0, and there are at least two.", fold=fold, n_folds=n_folds)
    columns = dict(taught.bank.columns)
    columns["held_out"] = np.minimum((columns["place"] * n_folds).astype(int), n_folds - 1) == fold
    if columns["held_out"].all() or not columns["held_out"].any():
        raise Misconfigured("There are too few frames for these folds.", n_folds=n_folds)
    folder = taught.bank.folder.with_name(f"{taught.bank.folder.name}-fold{fold}of{n_folds}")
    bank = PictureBank.opened(folder) if folder.is_dir() else relabelled(taught.bank, folder, columns)
    return ClipFrames(bank, taught.boxes, taught.starts)


def _settled(of_source: list[Labels]) -> list[Labels]:
    return without_furniture(of_source) if of_source else []


def _labels_file(folder: Path) -> Path:
    return folder.with_suffix(".labels.npz")


def _scored(detector: PersonDetector, pixels: Pixels) -> Scored:
    found = detector.detect([pixels], deployed_size(pixels))[0]
    rows = [(d.box.x1, d.box.y1, d.box.x2, d.box.y2, d.score) for d in found]
    return np.array(rows, np.float32).reshape(-1, 5)
