"""How well people are followed: HOTA, IDF1 and MOTA through TrackEval.

Luiten et al., IJCV 2021 (HOTA); Ristani et al., 2016 (IDF1); Bernardin and Stiefelhagen, 2008 (CLEAR MOT).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from haetae.training.evaluation.boxes import MIN_IOU, Boxes, ious


@dataclass(frozen=True, slots=True, eq=False)
class FrameTracks:
    """People of one frame: ids (n,) and boxes (n, 4); `ignored` (n,) of the truth need not be found."""

    ids: NDArray[np.int64]
    boxes: Boxes
    ignored: NDArray[np.bool_] | None = None


Tracks = Mapping[int, FrameTracks]
"""By number of the frame. Frames that are absent are empty."""

NOBODY = FrameTracks(np.zeros(0, np.int64), np.zeros((0, 4), np.float32))


@dataclass(frozen=True, slots=True)
class TrackScores:
    """Shares 0-1 (`mota` may be negative): HOTA with its parts over IoU .05-.95, the others at IoU .5."""

    hota: float
    detection_accuracy: float
    association_accuracy: float
    idf1: float
    mota: float
    n_switches: int
    n_people: int
    n_tracks: int
    n_frames: int


@dataclass(slots=True)
class _Sequence:
    """What TrackEval reads, of the frames so far; ids become 0, 1, 2 ... in order of their first frame."""

    true_ids: dict[int, int] = field(default_factory=dict)
    found_ids: dict[int, int] = field(default_factory=dict)
    true: list[NDArray[np.int64]] = field(default_factory=list)
    found: list[NDArray[np.int64]] = field(default_factory=list)
    similarities: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, truth: FrameTracks, found: FrameTracks) -> None:
        self.true.append(_numbered(truth.ids, self.true_ids))
        self.found.append(_numbered(found.ids, self.found_ids))
        self.similarities.append(ious(truth.boxes, found.boxes).astype(np.float64))

    def data(self) -> dict[str, Any]:
        return {
            "num_timesteps": len(self.true),
            "num_gt_ids": len(self.true_ids),
            "num_tracker_ids": len(self.found_ids),
            "num_gt_dets": sum(map(len, self.true)),
            "num_tracker_dets": sum(map(len, self.found)),
            "gt_ids": self.true,
            "tracker_ids": self.found,
            "similarity_scores": self.similarities,
        }


def track_scores(truth: Tracks, found: Tracks) -> TrackScores:
    """Compares tracks with the truth, frame by frame.

    Boxes found that match an ignored true box best (IoU >= .5) are taken out first, and so are the ignored ones themselves, as
    MOTChallenge does with whoever is no pedestrian.
    """
    import trackeval  # takes a second, and draws: only when asked for

    sequence = _Sequence()
    for number in sorted({*truth, *found}):
        sequence.add(*_without_ignored(truth.get(number, NOBODY), found.get(number, NOBODY)))
    data = sequence.data()
    with redirect_stdout(io.StringIO()):
        quiet = {"THRESHOLD": MIN_IOU, "PRINT_CONFIG": False}
        hota = trackeval.metrics.HOTA().eval_sequence(data)
        clear = trackeval.metrics.CLEAR(quiet).eval_sequence(data)
        identity = trackeval.metrics.Identity(quiet).eval_sequence(data)
    return TrackScores(
        float(np.mean(hota["HOTA"])),
        float(np.mean(hota["DetA"])),
        float(np.mean(hota["AssA"])),
        float(identity["IDF1"]),
        float(clear["MOTA"]),
        int(clear["IDSW"]),
        len(sequence.true_ids),
        len(sequence.found_ids),
        len(sequence.true),
    )


def _without_ignored(truth: FrameTracks, found: FrameTracks) -> tuple[FrameTracks, FrameTracks]:
    if truth.ignored is None or not truth.ignored.any():
        return truth, found
    overlaps = ious(truth.boxes, found.boxes)
    rows, columns = linear_sum_assignment(-np.where(overlaps >= MIN_IOU, overlaps, 0.0))
    excused = [c for r, c in zip(rows, columns, strict=True) if truth.ignored[r] and overlaps[r, c] >= MIN_IOU]
    stays = np.ones(len(found.ids), dtype=bool)
    stays[excused] = False
    asked = ~truth.ignored
    return FrameTracks(truth.ids[asked], truth.boxes[asked]), FrameTracks(found.ids[stays], found.boxes[stays])


def _numbered(ids: NDArray[np.int64], known: dict[int, int]) -> NDArray[np.int64]:
    return np.array([known.setdefault(int(each), len(known)) for each in ids], dtype=np.int64)
