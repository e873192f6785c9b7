import numpy as np

from haetae.domain.geometry import Box
from haetae.domain.pose import Keypoint
from haetae.inference.pose_estimator import PoseEstimator
from tests.kit.networks import FakeInference


def brightest(images: np.ndarray) -> dict[str, np.ndarray]:
    """All joints at the brightest pixel of the input."""
    keypoints = np.zeros((len(images), 17, 3), np.float32)
    for i, image in enumerate(images):
        rows, columns = np.nonzero(image[..., 0] > 100)
        keypoints[i] = [(columns.mean() + 0.5) / image.shape[1], (rows.mean() + 0.5) / image.shape[0], 0.8]
    return {"keypoints": keypoints}


def test_joints_are_in_pixels_of_the_frame() -> None:
    """A joint seen in the square piece around a box is where it is in the frame, also where the piece leaves the frame."""
    frame = np.zeros((360, 640, 3), np.uint8)
    frame[100:106, 300:306] = 255
    frame[2:8, 4:10] = 255
    estimator = PoseEstimator(FakeInference({"movenet": brightest}), "movenet")
    middle, corner = estimator.estimate(frame, [Box(260, 60, 340, 260), Box(0, 0, 40, 90)])
    nose = middle[Keypoint.NOSE]
    assert abs(nose.x - 303) < 2
    assert abs(nose.y - 103) < 2
    assert abs(corner[Keypoint.NOSE].x - 7) < 2
    assert abs(corner[Keypoint.NOSE].y - 5) < 2


def test_nobody_asks_nobody() -> None:
    """No boxes, no call."""
    assert PoseEstimator(FakeInference({}), "movenet").estimate(np.zeros((9, 9, 3), np.uint8), []) == []
