"""Are the boxes of `haetae analyze` as good as the bare detector's?

    python -m benchmarks.analyze_quality      writes the entry "analyze_quality" of benchmarks/results/<date>-<machine>.json

No clip here has hand labels, so two references stand in for them, both at IoU 0.5, boxes matched one to one in each frame:

- `independent`: another network's boxes (retail-0013, score >= 0.6). Recall and precision of analyze's boxes and of the bare
  detector's (RTMDet-nano on the frame at full size, score >= 0.35, its default) against it; what counts is their difference.
- `bare`: the bare detector's boxes are taken for the truth. Recall: the share of them that analyze kept. Precision: the share of
  analyze's boxes that the bare detector gave.

Analyze is read from the MOT file that the command writes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.measuring import figures as results
from haetae.cli.analysis.following import ROW_SCORE
from haetae.cli.analysis.looking import CAMERA, detector_input_for
from haetae.cli.analyze import Outputs, analyzed
from haetae.cli.models import execution
from haetae.domain.detection import Detection
from haetae.domain.geometry import Box
from haetae.domain.timing import SystemClock
from haetae.inference.detector import PersonDetector
from haetae.inference.local import LocalInference
from haetae.media.files import RecordedFile, RecordedStream
from haetae.media.picture import Renderer
from haetae.models.pull import pull
from haetae.settings import ModelsSettings
from tests.kit.builders import T0

CLIPS = Path(__file__).resolve().parents[2] / "shared" / "clips"
CLIP_NAMES = ("Retail02_short", "bodypose", "store-aisle-detection-preview")
OTHER, OTHER_SCORE = "retail-0013", 0.6

Boxes = Mapping[int, Sequence[Box]]
"""By frame, from 1."""


def bare(video: Path, models: ModelsSettings) -> tuple[dict[int, list[Detection]], dict[int, list[Box]]]:
    """Every frame at full size through the detector, and through the other network: detections, boxes."""
    inference = LocalInference(models.folder, execution(models))
    finder = PersonDetector(inference, models.names().detector, min_score=ROW_SCORE, deadline_s=60.0)
    other = PersonDetector(inference, OTHER, min_score=OTHER_SCORE, deadline_s=60.0)
    renderer, found, independent = Renderer(), {}, {}
    for picture in RecordedStream(CAMERA, [RecordedFile(video, T0)], SystemClock()):
        pixels = renderer.pixels(picture)
        size = detector_input_for(picture.size)
        found[picture.number + 1] = finder.detect([pixels], size)[0]
        independent[picture.number + 1] = [one.box for one in other.detect([pixels], size)[0]]
    return found, independent


def from_mot(path: Path) -> dict[int, list[Box]]:
    """The boxes of a MOTChallenge file by frame."""
    boxes: dict[int, list[Box]] = defaultdict(list)
    for row in path.read_text(encoding="utf-8").splitlines():
        frame, _, left, top, width, height = (float(value) for value in row.split(",")[:6])
        boxes[int(frame)].append(Box(left, top, left + width, top + height))
    return boxes


def recall_and_precision(found: Boxes, reference: Boxes) -> tuple[float, float]:
    """At IoU 0.5, over all frames together."""
    matched = sum(n_matched(found.get(frame, []), boxes) for frame, boxes in reference.items())
    n_found, n_reference = (sum(map(len, boxes.values())) for boxes in (found, reference))
    return matched / max(1, n_reference), matched / max(1, n_found)


def n_matched(found: Sequence[Box], reference: Sequence[Box]) -> int:
    """The most pairs with an IoU of at least 0.5."""
    if not found or not reference:
        return 0
    good = np.array([[a.iou(b) >= 0.5 for b in reference] for a in found])
    rows, columns = linear_sum_assignment(~good)
    return int(good[rows, columns].sum())


def figures(video: Path, models: ModelsSettings, folder: Path) -> dict[str, object]:
    """Both comparisons of one clip."""
    mot = folder / "mot.txt"
    analyzed(video, 0.0, Outputs(mot=mot), models)
    ours, (found, independent) = from_mot(mot), bare(video, models)
    sure = {frame: [one.box for one in people] for frame, people in found.items()}
    recall, precision = recall_and_precision(ours, independent)
    bare_recall, bare_precision = recall_and_precision(sure, independent)
    kept, given = recall_and_precision(ours, sure)
    return {
        "frames": len(found),
        "boxes": {"analyze": sum(map(len, ours.values())), "bare": sum(map(len, sure.values()))},
        "independent": {
            "analyze": {"recall": round(recall, 4), "precision": round(precision, 4)},
            "bare": {"recall": round(bare_recall, 4), "precision": round(bare_precision, 4)},
            "difference": {"recall": round(recall - bare_recall, 4), "precision": round(precision - bare_precision, 4)},
        },
        "bare": {"recall": round(kept, 4), "precision": round(given, 4)},
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        models = ModelsSettings(folder=folder / "models", mirror=CLIPS.parent / "models", detector="rtmdet-nano")
        pull(models.folder, (models.names().detector, OTHER), mirror=models.mirror)
        measured = {name: figures(CLIPS / f"{name}.mp4", models, folder) for name in CLIP_NAMES}
    print(json.dumps(measured, indent=2))
    print(results.write("analyze_quality", measured), file=sys.stderr)


if __name__ == "__main__":
    main()
