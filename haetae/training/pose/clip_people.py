"""People of real clips with the joints that a teacher sees."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import Box
from haetae.inference.port import Inference
from haetae.inference.pose_estimator import PoseEstimator
from haetae.training.detection.clips import ClipFrames
from haetae.training.detection.labels import Boxes, shares_within
from haetae.training.detection.picture_bank import Picture, PictureBank, stored
from haetae.training.pose.crops import Pixels, cut, square_map

TEACHER = "movenet"
_VERSION = 1
_ROOM = 1.9  # sides of the box around the person: enough to turn the square
_SIDE_PX = 208
_LEAST_PX = 36.0  # height of a person whose joints the teacher can tell
_CLEAR_SHARE = 0.25  # of another person's box within this one: whose joints would they be?


@dataclass(frozen=True, slots=True)
class ClipPeople:
    """Square pictures with a person in the middle; `boxes` (n, 4) and `keypoints` (n, 17, 3) in their pixels, the third column
    is the teacher's score; `held_out` (n,)."""

    pictures: PictureBank
    boxes: Boxes
    keypoints: NDArray[np.float32]

    @property
    def held_out(self) -> NDArray[np.bool_]:
        return np.asarray(self.pictures.columns["held_out"], dtype=np.bool_)

    def __len__(self) -> int:
        return len(self.pictures)


def clip_people(frames: ClipFrames, banks: Path, teacher: Inference, at_most: int) -> ClipPeople:
    """The people of the frames, evenly taken, from the bank or labelled now."""
    facts = repr((_VERSION, frames.bank.folder.name, at_most, _ROOM, _SIDE_PX, _LEAST_PX))
    folder = banks / f"pose-people-{hashlib.sha256(facts.encode()).hexdigest()[:12]}"
    beside = folder.with_suffix(".labels.npz")
    if not (folder.is_dir() and beside.is_file()):
        estimator = PoseEstimator(teacher, TEACHER, deadline_s=60.0)
        labels: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []

        def rows() -> Iterator[tuple[Picture, Mapping[str, float]]]:
            for index, box in _chosen(frames, at_most):
                picture, moved, keypoints = _taken(frames.frame(index).pixels, box, estimator)
                labels.append((moved, keypoints))
                yield picture, {name: float(frames.bank.columns[name][index]) for name in ("clip", "held_out")}

        stored(folder, rows())
        np.savez(beside, boxes=np.stack([box for box, _ in labels]), keypoints=np.stack([points for _, points in labels]))
    with np.load(beside) as known:
        return ClipPeople(PictureBank.opened(folder), known["boxes"], known["keypoints"])


def _chosen(frames: ClipFrames, at_most: int) -> list[tuple[int, NDArray[np.float32]]]:
    """People who are large enough and clear of others; evenly taken from every clip and both its parts."""
    groups: dict[tuple[int, bool], list[tuple[int, NDArray[np.float32]]]] = {}
    for index in range(len(frames)):
        people = frames.frame(index).people
        alone = np.sort(shares_within(people, people) * (1 - np.eye(len(people))), axis=1)[:, -1:] < _CLEAR_SHARE
        for box, clear in zip(people, alone, strict=True):
            if clear and box[3] - box[1] >= _LEAST_PX:
                key = (int(frames.bank.columns["clip"][index]), bool(frames.bank.columns["held_out"][index]))
                groups.setdefault(key, []).append((index, box))
    each = max(1, at_most // max(1, len(groups)))
    picked = [rows[i] for rows in groups.values() for i in np.linspace(0, len(rows) - 1, min(each, len(rows))).astype(int)]
    return sorted(picked, key=lambda row: row[0])


def _taken(
    pixels: Pixels, box: NDArray[np.float32], estimator: PoseEstimator
) -> tuple[Picture, NDArray[np.float32], NDArray[np.float32]]:
    """The person's surroundings as a square picture; box and key points in its pixels."""
    (pose,) = estimator.estimate(pixels, [Box(*(float(value) for value in box))])
    joints = np.array([(joint.x, joint.y, joint.score) for joint in pose.joints], np.float32)
    centre = (float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2)
    side = _ROOM * float(max(box[2] - box[0], box[3] - box[1]))
    to_px = int(min(_SIDE_PX, max(96.0, side)))
    to_cut = square_map(centre, side, to_px)
    corners = box.reshape(2, 2) @ to_cut[:, :2].T + to_cut[:, 2]
    joints[:, :2] = joints[:, :2] @ to_cut[:, :2].T + to_cut[:, 2]
    return cut(pixels, to_cut, to_px), corners.reshape(4).astype(np.float32), joints
