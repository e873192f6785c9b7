"""Who walks on from one frame of a clip to the next: boxes that overlap are the same person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from haetae.training.detection.labels import overlaps

Corners = NDArray[np.floating]
"""(4,) xyxy px."""

Place = tuple[int, Corners]
"""A frame's index and the box in it."""

_LEAST_OVERLAP = 0.2
_LONGEST_GAP = 2  # frames of those that were taken


@dataclass(slots=True)
class Track:
    """One person of a clip, in order of time."""

    clip: int
    places: list[Place] = field(default_factory=list)
    last: int = 0  # number of the frame, counted among those that were looked at

    def some(self, n: int, rng: np.random.Generator) -> list[Place]:
        """`n` of the places, none twice where there are as many."""
        chosen = rng.choice(len(self.places), n, replace=len(self.places) < n)
        return [self.places[i] for i in chosen.tolist()]


def tracks_of(clip: int, frames: Sequence[tuple[int, Sequence[Corners]]]) -> list[Track]:
    """Frames (index and boxes) in order of time to tracks; the largest overlap goes first, and each box into one track."""
    tracks: list[Track] = []
    for number, (index, boxes) in enumerate(frames):
        live = [track for track in tracks if number - track.last <= _LONGEST_GAP]
        for box, track in zip(boxes, _followed(boxes, live), strict=True):
            if track is None:
                track = Track(clip)
                tracks.append(track)
            track.places.append((index, box))
            track.last = number
    return tracks


def _followed(boxes: Sequence[Corners], live: Sequence[Track]) -> list[Track | None]:
    """For each box the track that it goes on with."""
    found: list[Track | None] = [None] * len(boxes)
    if not boxes or not live:
        return found
    shares = overlaps(np.array(boxes, np.float32), np.array([track.places[-1][1] for track in live], np.float32))
    while shares.max() >= _LEAST_OVERLAP:
        box, track = (int(i) for i in np.unravel_index(int(shares.argmax()), shares.shape))
        found[box] = live[track]
        shares[box, :] = shares[:, track] = -1
    return found
