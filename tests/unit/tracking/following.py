"""Runs our tracker over drawn scenes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haetae.domain.geometry import Box
from haetae.domain.timing import to_us
from haetae.tracking.tracker import Track, Tracker, TrackerState
from tests.kit.builders import T0
from tests.kit.walking_scenes import SceneFrame

T0_US = to_us(T0)


@dataclass(frozen=True, slots=True)
class Followed:
    """Boxes by frame and track number, the tracks that ended and those that did not."""

    boxes: dict[int, dict[int, Box]]
    ended: list[Track]
    state: TrackerState

    @property
    def confirmed(self) -> list[Track]:
        return [track for track in (*self.ended, *self.state.tracks) if track.confirmed]


def follow(frames: Sequence[SceneFrame], tracker: Tracker | None = None, state: TrackerState | None = None) -> Followed:
    """Every frame in order."""
    tracker, state = tracker or Tracker(), state or TrackerState()
    boxes: dict[int, dict[int, Box]] = {}
    ended: list[Track] = []
    for i, frame in enumerate(frames):
        step = tracker.update(state, T0_US + round(frame.at_s * 1e6), frame.detections)
        state = step.state
        ended += step.ended
        boxes[i] = {n: d.box for n, d in zip(step.numbers, frame.detections, strict=True) if n is not None}
    return Followed(boxes, ended, state)
