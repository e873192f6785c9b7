"""Runs a detector over frames whose people are known, and says how good it is."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.inference.detector import PersonDetector
from haetae.training.evaluation.boxes import FrameFound, FrameTruth, best_threshold, found_at, recall_by_act
from haetae.training.evaluation.coco import AveragePrecision, box_average_precision

THRESHOLDS = tuple(round(0.02 * step, 2) for step in range(3, 49))
"""Candidates for a detector's threshold: .06, .08 ... .96."""

LEAST_SCORE = 0.01
"""Detections below it are not even counted in the average precision."""


@dataclass(frozen=True, slots=True, eq=False)
class TrueFrame:
    """A frame and who is in it. `source` names its clip, camera or data set: figures are given for each."""

    source: str
    pixels: Pixels
    truth: FrameTruth


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Of one source at the threshold."""

    n_frames: int
    n_people: int
    recall: float
    precision: float
    n_false: int


@dataclass(frozen=True, slots=True)
class DetectionReport:
    """`threshold` is the one asked for; `best_threshold` has the best F1 on these very frames (`best_f1`): choose it on
    validation frames and use it elsewhere. `cpu_ms` is processor time a frame, letterbox included."""

    n_frames: int
    n_people: int
    ap: AveragePrecision
    threshold: float
    recall: float
    precision: float
    n_false: int
    best_threshold: float
    best_f1: float
    cpu_ms: float
    by_source: Mapping[str, SourceFigures]
    by_act: Mapping[str, tuple[int, float]]  # of frames that say what people do: how many, and the share that is found


@dataclass(slots=True)
class Detected:
    """What was found, frame by frame, beside what is true."""

    sources: list[str] = field(default_factory=list)
    truths: list[FrameTruth] = field(default_factory=list)
    results: list[FrameFound] = field(default_factory=list)
    cpu_s: float = 0.0

    def report(self, threshold: float) -> DetectionReport:
        """All figures at the threshold."""
        found = found_at(self.truths, self.results, threshold)
        best = best_threshold(self.truths, self.results, THRESHOLDS)
        return DetectionReport(
            n_frames=len(self.truths),
            n_people=found.n_true,
            ap=box_average_precision(self.truths, self.results),
            threshold=threshold,
            recall=found.recall,
            precision=found.precision,
            n_false=found.n_false,
            best_threshold=best.threshold,
            best_f1=best.f1,
            cpu_ms=1000 * self.cpu_s / max(1, len(self.truths)),
            by_source=self._by_source(threshold),
            by_act=recall_by_act(self.truths, self.results, threshold),
        )

    def _by_source(self, threshold: float) -> dict[str, SourceFigures]:
        members: dict[str, list[int]] = defaultdict(list)
        for i, source in enumerate(self.sources):
            members[source].append(i)
        figures = {}
        for source, its in members.items():
            found = found_at([self.truths[i] for i in its], [self.results[i] for i in its], threshold)
            figures[source] = SourceFigures(len(its), found.n_true, found.recall, found.precision, found.n_false)
        return figures


def detected(
    detector: PersonDetector,
    frames: Iterable[TrueFrame],
    input_size: Callable[[Pixels], ImageSize],
    progress: Callable[[int], None] = lambda done: None,
) -> Detected:
    """Looks at each frame at the input size that `input_size` gives for it. The detector should tell of low scores too."""
    done = Detected()
    for frame in frames:
        began = time.process_time()
        people = detector.detect([frame.pixels], input_size(frame.pixels))[0]
        if done.truths:  # the first one pays for what is made once
            done.cpu_s += time.process_time() - began
        boxes = np.array([[d.box.x1, d.box.y1, d.box.x2, d.box.y2] for d in people], dtype=np.float32).reshape(-1, 4)
        done.sources.append(frame.source)
        done.truths.append(frame.truth)
        done.results.append(FrameFound(boxes, np.array([d.score for d in people], dtype=np.float32)))
        progress(len(done.truths))
    return done
