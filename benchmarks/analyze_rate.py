"""How much of the rate of its bare parts does `haetae analyze` keep?

    python -m benchmarks.analyze_rate [VIDEO ...]      writes the entry "analyze_rate" of benchmarks/results/<date>-<machine>.json

Bare parts, one after the other on one thread in the same run: decoding every frame and scaling it to the detector's input, the
detector on each, the tracker on its detections; their times are summed. `analyze` does the same and best shots, rows and
(second figure) attributes, on as many threads as the machine has cores. `one_core` pins both to one core: what the flow costs
when nothing runs beside anything. Rounds alternate; medians are told.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.measuring import figures as results
from haetae.cli.analysis.looking import CAMERA, detector_input_for
from haetae.cli.analyze import Outputs, analyzed, detector
from haetae.domain.detection import Detection
from haetae.domain.timing import SystemClock, to_us
from haetae.media.files import RecordedFile, RecordedStream
from haetae.media.picture import Renderer
from haetae.models.pull import pull
from haetae.settings import ModelsSettings
from haetae.tracking.tracker import Tracker, TrackerState
from services.detect.view import scaled_into
from tests.kit.builders import T0

CLIPS = Path(__file__).resolve().parents[2] / "shared" / "clips"
ROUNDS = 3


def bare_parts(video: Path, models: ModelsSettings) -> dict[str, float]:
    """Seconds of each part, and the number of frames."""
    finder, tracker, state, renderer = detector(models), Tracker(), TrackerState(), Renderer()
    decoding = detecting = tracking = 0.0
    n = 0
    pictures = iter(RecordedStream(CAMERA, [RecordedFile(video, T0)], SystemClock()))
    while True:
        began = time.perf_counter()
        picture = next(pictures, None)
        if picture is None:
            break
        size = detector_input_for(picture.size)
        small = renderer.pixels(picture, scaled_into(picture.size, size))
        decoded = time.perf_counter()
        (people,) = finder.detect([small], size)
        detected = time.perf_counter()
        scale = picture.size.width / small.shape[1]
        found = [Detection(one.box.scaled(scale, scale), one.score) for one in people]
        state = tracker.update(state, to_us(picture.captured_at), found).state
        decoding += decoded - began
        detecting += detected - decoded
        tracking += time.perf_counter() - detected
        n += 1
    return {"frames": n, "decode_s": decoding, "detect_s": detecting, "track_s": tracking}


def compared(video: Path, models: ModelsSettings, cores: set[int], folder: Path) -> dict[str, float]:
    """Rates of both on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    bare, plain, described = [], [], []
    parts: dict[str, float] = {}
    try:
        for _ in range(ROUNDS):
            parts = bare_parts(video, models)
            n = parts["frames"]
            bare.append(n / (parts["decode_s"] + parts["detect_s"] + parts["track_s"]))
            plain.append(analyzed(video, 0.0, Outputs(mot=folder / "mot.txt"), models).frames_per_s)
            described.append(analyzed(video, 0.0, Outputs(folder / "mot.txt", folder / "s.jsonl"), models).frames_per_s)
    finally:
        os.sched_setaffinity(0, before)
    return {
        **{name: round(value / n * 1000, 3) for name, value in _per_frame(parts).items()},
        "frames": n,
        "bare_frames_per_s": round(median(bare), 2),
        "analyze_frames_per_s": round(median(plain), 2),
        "ratio": round(median(plain) / median(bare), 3),
        "ratio_with_sightings": round(median(described) / median(bare), 3),
    }


def _per_frame(parts: dict[str, float]) -> dict[str, float]:
    return {f"{name.removesuffix('_s')}_ms": value for name, value in parts.items() if name.endswith("_s")}


def main() -> None:
    videos = [Path(word) for word in sys.argv[1:]] or [CLIPS / "bodypose.mp4"]
    cores = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        models = ModelsSettings(
            folder=folder / "models",
            mirror=CLIPS.parent / "models" if CLIPS.is_dir() else None,
            detector="rtmdet-nano",
            attributes="attributes-0230",
        )
        names = models.names()
        pull(models.folder, (names.detector, names.attributes), mirror=models.mirror)
        measured = {
            video.stem: {
                "all_cores": compared(video, models, cores, folder),
                "one_core": compared(video, models, {min(cores)}, folder),
            }
            for video in videos
        }
    print(json.dumps(measured, indent=2))
    print(results.write("analyze_rate", measured), file=sys.stderr)


if __name__ == "__main__":
    main()
