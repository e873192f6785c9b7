"""Reads the poses of people whose key points are known, and says how well."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box
from haetae.domain.pose import Pose
from haetae.inference.pose_estimator import PoseEstimator
from haetae.training.evaluation.coco import AveragePrecision, FramePoses, pose_average_precision
from haetae.training.pose.figures import correct

_SEEN = 2


@dataclass(frozen=True, slots=True, eq=False)
class PosedFrame:
    """A frame with people's true boxes and key points; `acts` says what each does (walk, lie ...) where that is known."""

    pixels: Pixels
    truth: FramePoses
    acts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PoseReport:
    """OKS AP from true boxes; `pck` of joints that are seen, over all people and by what they do; `cpu_ms` a person."""

    n_frames: int
    n_people: int
    ap: AveragePrecision
    pck: float
    pck_by_act: Mapping[str, float]
    cpu_ms: float


def pose_report(
    estimator: PoseEstimator, frames: Iterable[PosedFrame], progress: Callable[[int], None] = lambda done: None
) -> PoseReport:
    """The figures of one network, each person cut out by the true box. Raises ValueError where truths lack boxes."""
    truths, results, cpu_s = [], [], 0.0
    right: dict[str, list[NDArray[np.bool_]]] = defaultdict(list)
    for frame in frames:
        if frame.truth.boxes is None:
            raise ValueError("people are cut out by their true boxes, and there are none")
        began = time.process_time()
        poses = estimator.estimate(frame.pixels, [Box(*box) for box in frame.truth.boxes.tolist()])
        cpu_s += time.process_time() - began
        found = _found(poses)
        truths.append(frame.truth)
        results.append(found)
        acts = frame.acts or ["person"] * len(poses)
        hits = correct(found.keypoints.astype(float), frame.truth.keypoints.astype(float))
        for act, hit, points in zip(acts, hits, frame.truth.keypoints, strict=True):
            right[act].append(hit[points[:, 2] == _SEEN])
        progress(len(truths))
    by_act = {act: np.concatenate(its) for act, its in sorted(right.items())}
    everything = np.concatenate([np.zeros(0, bool), *by_act.values()])
    n_people = sum(len(truth.keypoints) for truth in truths)
    return PoseReport(
        n_frames=len(truths),
        n_people=n_people,
        ap=pose_average_precision(truths, results),
        pck=_share(everything),
        pck_by_act={act: _share(its) for act, its in by_act.items()},
        cpu_ms=1000 * cpu_s / max(1, n_people),
    )


def _found(poses: Sequence[Pose]) -> FramePoses:
    """A pose's score is the mean of its joints'."""
    points = np.array([[(j.x, j.y, j.score) for j in pose.joints] for pose in poses], np.float32).reshape(-1, 17, 3)
    return FramePoses(points, scores=points[:, :, 2].mean(axis=1) if len(points) else np.zeros(0, np.float32))


def _share(right: NDArray[np.bool_]) -> float:
    return float(right.mean()) if len(right) else 0.0
