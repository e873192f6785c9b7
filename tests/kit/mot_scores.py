"""How well tracks follow the truth: MOTA (Bernardin 2008) and IDF1 (Ristani 2016), from boxes with identities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from haetae.domain.geometry import Box

Boxes = Mapping[int, Mapping[int, Box]]
"""By frame, then by identity."""


@dataclass(frozen=True, slots=True)
class MotScores:
    """`mota` up to 1, `idf1` 0-1, `switches` how often a true person's track changed."""

    mota: float
    idf1: float
    switches: int
    n_tracks: int


def mot_scores(truth: Boxes, tracked: Boxes, *, min_iou: float = 0.5) -> MotScores:
    """Compares `tracked` with `truth`; a pair counts from `min_iou`. Frames without an entry are empty."""
    n_true = sum(len(boxes) for boxes in truth.values())
    n_tracked = sum(len(boxes) for boxes in tracked.values())
    misses = false = switches = 0
    last: dict[int, int] = {}
    together: dict[tuple[int, int], int] = {}
    for frame in sorted({*truth, *tracked}):
        true, found = truth.get(frame, {}), tracked.get(frame, {})
        pairs = _pairs(true, found, last, min_iou)
        misses += len(true) - len(pairs)
        false += len(found) - len(pairs)
        for person, track in pairs.items():
            switches += last.get(person, track) != track
            last[person] = track
        for person, box in true.items():
            for track, other in found.items():
                if box.iou(other) >= min_iou:
                    together[person, track] = together.get((person, track), 0) + 1
    matched = _best_total(together)
    tracks = {track for boxes in tracked.values() for track in boxes}
    mota = 1 - (misses + false + switches) / max(1, n_true)
    return MotScores(mota, 2 * matched / max(1, n_true + n_tracked), switches, len(tracks))


def _pairs(true: Mapping[int, Box], found: Mapping[int, Box], last: Mapping[int, int], min_iou: float) -> dict[int, int]:
    """Pairs of one frame; those of the frame before are kept while they still overlap, as CLEAR MOT asks."""
    kept = {p: last[p] for p in true if last.get(p) in found and true[p].iou(found[last[p]]) >= min_iou}
    people = [p for p in true if p not in kept]
    tracks = [t for t in found if t not in kept.values()]
    if people and tracks:
        ious = np.array([[true[p].iou(found[t]) for t in tracks] for p in people])
        rows, columns = linear_sum_assignment(np.where(ious >= min_iou, -ious, 0.0))
        kept |= {people[r]: tracks[c] for r, c in zip(rows, columns, strict=True) if ious[r, c] >= min_iou}
    return kept


def _best_total(together: Mapping[tuple[int, int], int]) -> int:
    """The most boxes that one track per person and one person per track can share."""
    people, tracks = _ordered(p for p, _ in together), _ordered(t for _, t in together)
    counts = np.zeros((len(people), len(tracks)))
    for (person, track), n in together.items():
        counts[people[person], tracks[track]] = n
    rows, columns = linear_sum_assignment(-counts)
    return int(counts[rows, columns].sum())


def _ordered(identities: Iterable[int]) -> dict[int, int]:
    return {identity: i for i, identity in enumerate(sorted(set(identities)))}
