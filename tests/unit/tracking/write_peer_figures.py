"""Runs a well-kept peer on the drawn scenes and writes the figures that our tracker is held against.

The peer is `trackers` (Roboflow, Apache-2.0). It needs opencv-python, which must never meet opencv-python-headless, so it runs in
an environment of its own:

    PYTHONPATH=. uv run --no-project --python 3.11 --with trackers==2.6.1 python tests/unit/tracking/write_peer_figures.py
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import supervision as sv  # type: ignore[import-not-found]
from trackers import ByteTrackTracker, OCSORTTracker  # type: ignore[import-not-found]

from haetae.domain.geometry import Box
from tests.kit.mot_scores import MotScores, mot_scores
from tests.kit.walking_scenes import SceneFrame, trials


def byte_track(rate_hz: float) -> ByteTrackTracker:
    """ByteTrack with the thresholds that ours has, and the same patience in seconds."""
    return ByteTrackTracker(
        lost_track_buffer=90,
        frame_rate=rate_hz,
        track_activation_threshold=0.4,
        high_conf_det_threshold=0.4,
        minimum_consecutive_frames=2,
    )


def oc_sort(rate_hz: float) -> OCSORTTracker:
    """OC-SORT, as a second opinion."""
    return OCSORTTracker(lost_track_buffer=90, frame_rate=rate_hz, high_conf_det_threshold=0.4)


PEERS = {"ByteTrack": byte_track, "OC-SORT": oc_sort}


def followed(frames: list[SceneFrame], tracker: ByteTrackTracker | OCSORTTracker) -> MotScores:
    """The scores of a peer on a scene."""
    tracked: dict[int, dict[int, Box]] = {}
    for i, frame in enumerate(frames):
        boxes = np.array([(d.box.x1, d.box.y1, d.box.x2, d.box.y2) for d in frame.detections], dtype=np.float32)
        scores = np.array([d.score for d in frame.detections], dtype=np.float32)
        found = sv.Detections(boxes.reshape(-1, 4), confidence=scores)
        result = tracker.update(found, timestamp=frame.at_s)
        tracked[i] = {
            int(track): Box(*map(float, box)) for track, box in zip(result.tracker_id, result.xyxy, strict=True) if track >= 0
        }
    return mot_scores({i: frame.truth for i, frame in enumerate(frames)}, tracked)


def main() -> None:
    figures = {
        name: {peer: asdict(followed(frames, build(rate_hz))) for peer, build in PEERS.items()}
        for name, rate_hz, frames in trials()
    }
    (Path(__file__).parent / "peer_figures.json").write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
