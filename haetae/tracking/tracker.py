"""Follows people from frame to frame: two-stage association of sure and unsure detections, after ByteTrack.

Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every Detection Box", ECCV 2022, algorithm 1; with motion in
seconds of capture time, because sampled and gated cameras give frames at irregular intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from haetae.domain.detection import Detection
from haetae.tracking.association import assigned, costs, ious, parts
from haetae.tracking.motion import Floats, Motions, to_cxcywh

Rows = NDArray[np.intp]

_MIN_SIDE_PX = 2.0  # thinner boxes show nobody


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """All times in seconds of capture time, all scores 0-1."""

    sure_score: float = 0.4  # from here a detection is matched in the first stage and may begin a track
    unsure_score: float = 0.2  # from here a detection may continue a track
    max_gap_s: float = 3.0  # a still camera behind a motion gate sends a frame each 2 s
    max_tentative_gap_s: float = 0.7  # the same for a track not yet confirmed
    unsure_within_s: float = 1.0  # unsure detections continue only tracks seen so recently, or in the frame before
    confirm_detections: int = 3
    confirm_after_s: float = 0.4
    confirm_score: float = 0.5  # the best score must reach it
    max_cost: float = 0.7
    max_unsure_cost: float = 0.6
    same_person_iou: float = 0.7  # a sure detection that overlaps a followed person so much begins no track


@dataclass(frozen=True, slots=True)
class Track:
    """One person as far as followed. `number` counts from 1 within a state; times in microseconds since 1970."""

    number: int
    first_us: int
    last_us: int
    n_detections: int
    best_score: float
    confirmed: bool


@dataclass(frozen=True, slots=True)
class TrackerState:
    """What is known after a frame: plain data, never changed in place. `motions` has one row per track, at time `at_us`."""

    at_us: int = 0
    last_number: int = 0
    tracks: tuple[Track, ...] = ()
    motions: Motions = field(default_factory=Motions.none)


@dataclass(frozen=True, slots=True)
class Step:
    """What a frame changed. `numbers[i]` is the track of detection i, or None; `ended` are tracks no longer followed."""

    state: TrackerState
    numbers: tuple[int | None, ...]
    ended: tuple[Track, ...]


class Tracker:
    """`update` is a function of its arguments alone: a state that was stored and restored gives the same steps."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self.settings = settings or TrackerSettings()

    def update(self, state: TrackerState, at_us: int, detections: Sequence[Detection]) -> Step:
        """The next frame, captured at `at_us`, later than `state.at_us`."""
        motions = state.motions.predicted((at_us - state.at_us) / 1e6)
        xyxy = np.array([(d.box.x1, d.box.y1, d.box.x2, d.box.y2) for d in detections], dtype=np.float64).reshape(-1, 4)
        scores = np.array([d.score for d in detections], dtype=np.float64)
        scores[(xyxy[:, 2:] - xyxy[:, :2]).min(axis=1, initial=np.inf) < _MIN_SIDE_PX] = 0.0
        if len(scores) > 1:
            scores[(scores < self.settings.sure_score) & parts(xyxy, scores)] = 0.0
        match = self._matched(state, motions, at_us, xyxy, scores)
        return self._stepped(state, motions, at_us, xyxy, scores, match)

    def _matched(self, state: TrackerState, motions: Motions, at_us: int, xyxy: Floats, scores: Floats) -> Rows:
        """(m,) the row of each detection's track, or -1."""
        rule = self.settings
        match = np.full(len(scores), -1, dtype=np.intp)
        if not state.tracks or not len(scores):
            return match
        unseen_s = (at_us - np.array([t.last_us for t in state.tracks])) / 1e6
        confirmed = np.array([t.confirmed for t in state.tracks])
        in_last_frame = np.array([t.last_us == state.at_us for t in state.tracks])
        sure = scores >= rule.sure_score
        unsure = (scores >= rule.unsure_score) & ~sure
        recent = (unseen_s <= rule.unsure_within_s) | in_last_frame
        cost = costs(motions.boxes, xyxy, _slack(unseen_s), motions.surprise(to_cxcywh(xyxy), scores))
        for rows, columns, max_cost in (
            (confirmed, sure, rule.max_cost),
            (confirmed & recent, unsure, rule.max_unsure_cost),
            (~confirmed, sure, rule.max_cost),
            (~confirmed & recent, unsure, rule.max_unsure_cost),
        ):
            free_rows = rows.copy()
            free_rows[match[match >= 0]] = False
            of_rows, of_columns = np.flatnonzero(free_rows), np.flatnonzero(columns & (match < 0))
            pairs = assigned(cost[np.ix_(of_rows, of_columns)], max_cost)
            match[of_columns[pairs[1]]] = of_rows[pairs[0]]
        return match

    def _stepped(self, state: TrackerState, motions: Motions, at_us: int, xyxy: Floats, scores: Floats, match: Rows) -> Step:
        seen = np.flatnonzero(match >= 0)
        rows = match[seen]
        measured = to_cxcywh(xyxy)
        mean, spread = motions.mean.copy(), motions.spread.copy()
        corrected = motions.at(rows).corrected(measured[seen], scores[seen])
        mean[rows], spread[rows] = corrected.mean, corrected.spread
        score_of = dict(zip(rows.tolist(), scores[seen].tolist(), strict=True))
        tracks = [self._seen(track, at_us, score_of[row]) if row in score_of else track for row, track in enumerate(state.tracks)]
        stays = [self._stays(track, at_us) for track in tracks]
        born = self._births(xyxy, scores, match)
        numbers: list[int | None] = [tracks[row].number if row >= 0 else None for row in match.tolist()]
        for number, column in enumerate(born.tolist(), start=state.last_number + 1):
            numbers[column] = number
        followed = [track for track, stay in zip(tracks, stays, strict=True) if stay]
        followed += [
            Track(number, at_us, at_us, 1, score, confirmed=False)
            for number, score in enumerate(scores[born].tolist(), start=state.last_number + 1)
        ]
        after = TrackerState(
            at_us,
            state.last_number + len(born),
            tuple(followed),
            Motions(mean, spread).at(np.flatnonzero(stays)).with_new(measured[born]),
        )
        ended = tuple(track for track, stay in zip(tracks, stays, strict=True) if not stay)
        return Step(after, tuple(numbers), ended)

    def _births(self, xyxy: Floats, scores: Floats, match: Rows) -> Rows:
        """Detections that begin a track: sure, unmatched, and no second box of somebody else's."""
        born: list[int] = []
        taken = np.flatnonzero(match >= 0).tolist()
        unmatched = np.flatnonzero((scores >= self.settings.sure_score) & (match < 0))
        for column in unmatched[np.argsort(-scores[unmatched], kind="stable")].tolist():
            others = xyxy[taken + born]
            if not len(others) or ious(xyxy[[column]], others).max() < self.settings.same_person_iou:
                born.append(column)
        return np.array(sorted(born), dtype=np.intp)

    def _seen(self, track: Track, at_us: int, score: float) -> Track:
        rule = self.settings
        n, best = track.n_detections + 1, max(track.best_score, score)
        lasted_s = (at_us - track.first_us) / 1e6
        enough = n >= rule.confirm_detections and lasted_s >= rule.confirm_after_s - 1e-3 and best >= rule.confirm_score
        return Track(track.number, track.first_us, at_us, n, best, track.confirmed or enough)

    def _stays(self, track: Track, at_us: int) -> bool:
        gap_s = self.settings.max_gap_s if track.confirmed else self.settings.max_tentative_gap_s
        return (at_us - track.last_us) / 1e6 <= gap_s


def _slack(unseen_s: Floats) -> Floats:
    """By which share of their size boxes are widened: more, the longer a track was not seen."""
    return np.minimum(0.05 + 0.1 * unseen_s, 0.3)
