"""How well do a peer's trackers follow the drawn scenes? Writes the figures that our tracker is held against in the unit tests.

The peer is `trackers` (Roboflow, Apache-2.0). It needs opencv-python, which must never meet opencv-python-headless, so it runs in
an environment of its own:

    PYTHONPATH=. uv run --no-project --python 3.11 --with trackers==2.6.1 python benchmarks/tracker_peer.py tests/unit/tracking/peer_figures.json
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker, OCSORTTracker

from haetae.domain.geometry import Box
from tests.kit.mot_scores import MotScores, mot_scores
from tests.kit.walking_scenes import SCENES, SceneFrame, irregular, regular, scene

RATES = {"regular-25": regular(25.0, 20.0), "regular-5": regular(5.0, 20.0), "irregular-5": irregular(5.0, 20.0)}


def byte_track(rate_hz: float) -> ByteTrackTracker:
    """ByteTrack with the thresholds that ours has, and the same patience in seconds."""
    return ByteTrackTracker(
        lost_track_buffer=90,
        frame_rate=rate_hz,
        track_activation_threshold=0.45,
        high_conf_det_threshold=0.45,
        minimum_consecutive_frames=2,
    )


def oc_sort(rate_hz: float) -> OCSORTTracker:
    """OC-SORT, as a second opinion."""
    return OCSORTTracker(lost_track_buffer=90, frame_rate=rate_hz, high_conf_det_threshold=0.45)


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
    figures: dict[str, dict[str, object]] = {}
    for scene_name, walkers in SCENES.items():
        for rate_name, times in RATES.items():
            frames = scene(walkers(), times)
            for peer, build in PEERS.items():
                scores = followed(frames, build(float(rate_name.split("-")[1])))
                figures.setdefault(f"{scene_name}/{rate_name}", {})[peer] = asdict(scores)
    Path(sys.argv[1]).write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
