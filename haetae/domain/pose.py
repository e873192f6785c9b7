"""The joints of one detection."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Keypoint(IntEnum):
    """The 17 key points in COCO order."""

    NOSE = 0
    LEFT_EYE = 1
    RIGHT_EYE = 2
    LEFT_EAR = 3
    RIGHT_EAR = 4
    LEFT_SHOULDER = 5
    RIGHT_SHOULDER = 6
    LEFT_ELBOW = 7
    RIGHT_ELBOW = 8
    LEFT_WRIST = 9
    RIGHT_WRIST = 10
    LEFT_HIP = 11
    RIGHT_HIP = 12
    LEFT_KNEE = 13
    RIGHT_KNEE = 14
    LEFT_ANKLE = 15
    RIGHT_ANKLE = 16


@dataclass(frozen=True, slots=True)
class Joint:
    """One key point in pixels of the source frame, with its score 0-1."""

    x: float
    y: float
    score: float


@dataclass(frozen=True, slots=True)
class Pose:
    """17 joints, indexed by Keypoint."""

    joints: tuple[Joint, ...]

    def __getitem__(self, keypoint: Keypoint) -> Joint:
        return self.joints[keypoint]
