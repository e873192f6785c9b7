"""How many people does the tracker tell of in a video that shows nobody?

    python -m benchmarks.false_people VIDEO      prints one JSON line a network

Every frame is looked at once; then the tracker follows every `step`-th frame, from each frame that such a series can begin with,
for steps of 1 to 15. With the detector of the settings (HAETAE_MODELS__DETECTOR), at the input that cameras have by default.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from haetae.cli.analysis.looking import CAMERA, detector_input_for
from haetae.cli.analyze import detector
from haetae.domain.detection import Detection
from haetae.domain.timing import SystemClock, to_us
from haetae.media.files import RecordedFile, RecordedStream
from haetae.media.picture import Renderer
from haetae.settings import Settings
from haetae.tracking.tracker import Tracker, TrackerState
from services.detect.view import scaled_into
from tests.kit.builders import T0

MOST_STEPS = 15
Frames = list[tuple[int, list[Detection]]]


def looked_at(video: Path) -> Frames:
    """Time of capture (us) and boxes, in pixels of the source, of every frame."""
    finder, renderer, frames = detector(Settings.load().models), Renderer(), Frames()
    for picture in RecordedStream(CAMERA, [RecordedFile(video, T0)], SystemClock()):
        size = detector_input_for(picture.size)
        small = renderer.pixels(picture, scaled_into(picture.size, size))
        (found,) = finder.detect([small], size)
        scale = picture.size.width / small.shape[1]
        frames.append((to_us(picture.captured_at), [Detection(one.box.scaled(scale, scale), one.score) for one in found]))
    return frames


def people(frames: Frames) -> int:
    """How many tracks are confirmed."""
    tracker, state, confirmed = Tracker(), TrackerState(), set[int]()
    for at_us, found in frames:
        state = tracker.update(state, at_us, found).state
        confirmed |= {track.number for track in state.tracks if track.confirmed}
    return len(confirmed)


def main() -> None:
    """Measures one video."""
    frames = looked_at(Path(sys.argv[1]))
    sure = Tracker().settings.sure_score
    told = {
        "frames": len(frames),
        "frames_with_sure_boxes": sum(any(one.score >= sure for one in found) for _, found in frames),
        "best_score": round(max((one.score for _, found in frames for one in found), default=0.0), 3),
        "people_by_step": {n: [people(frames[first::n]) for first in range(n)] for n in range(1, MOST_STEPS + 1)},
    }
    print(json.dumps({"network": Settings.load().models.names().detector, **told}))


if __name__ == "__main__":
    main()
