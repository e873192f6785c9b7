from typing import Any

import numpy as np
import pytest

from haetae.models.runtime import load, suppressed

RETAIL = {"kind": "retail-detector", "max_detections": 100, "min_score": 0.05, "iou": 0.45}
RTMDET = {"kind": "rtmdet", "mean": [1, 2, 3], "scale": [2, 2, 2], "max_detections": 100, "min_score": 0.05, "iou": 0.65}


def images(n: int, height: int = 320, width: int = 544) -> np.ndarray:
    return np.zeros((n, height, width, 3), dtype=np.uint8)


def test_both_forms_of_the_retail_detector_give_the_same_boxes() -> None:
    """The public file ends in a DetectionOutput layer, the conversion in raw boxes and scores: the results are equal."""
    boxes = np.array([[0.1, 0.2, 0.3, 0.8], [0.5, 0.1, 0.7, 0.9]], np.float32)

    def converted(batch: np.ndarray) -> list[np.ndarray]:
        doubled = np.concatenate([boxes, boxes + 0.01])
        return [doubled, np.array([[0.1, 0.9], [0.3, 0.7], [0.2, 0.8], [0.4, 0.6]], np.float32)]

    def public(batch: np.ndarray) -> list[np.ndarray]:
        rows = [[0, 1, 0.9, *boxes[0]], [0, 1, 0.7, *boxes[1]], [0, 0, 0.9, 0, 0, 1, 1], [-1, 0, 0, 0, 0, 0, 0]]
        return [np.array(rows, np.float32).reshape(1, 1, -1, 7)]

    one, other = load(RETAIL, ".", raw=converted)(images(2)), load(RETAIL, ".", raw=public)(images(2))
    assert one["count"].tolist() == [[2], [2]]
    for name in ("boxes", "scores", "count"):
        np.testing.assert_allclose(one[name], other[name], atol=1e-6)
    np.testing.assert_allclose(one["boxes"][0, 0], [54.4, 64, 163.2, 256], rtol=1e-5)
    assert not one["boxes"][0, 2:].any()


def test_rtmdet_gets_normalised_planes_and_gives_people_only() -> None:
    """(x - mean) / scale in BGR planes; other classes and weak boxes are dropped; images go one by one."""
    given: list[np.ndarray] = []

    def network(batch: np.ndarray) -> list[np.ndarray]:
        given.append(batch.copy())
        dets = np.array([[[0, 0, 10, 20, 0.9], [50, 0, 60, 20, 0.8], [90, 0, 99, 9, 0.01]]], np.float32)
        return [dets, np.array([[0, 1, 0]])]

    shown = images(5, 32, 64)
    shown[..., 0], shown[..., 2] = 5, 9
    results = load(RTMDET, ".", raw=network)(shown)
    assert [len(batch) for batch in given] == [1] * 5
    np.testing.assert_allclose(given[0][0, :, 0, 0], [2, -1, 3])
    assert results["count"].ravel().tolist() == [1] * 5
    assert results["boxes"].shape == (5, 100, 4)


def test_more_detections_than_rows_keep_the_best() -> None:
    """The fixed size of the answer cuts off the weakest."""

    def network(batch: np.ndarray) -> list[np.ndarray]:
        x = np.arange(150, dtype=np.float32) * 20
        dets = np.stack([x, 0 * x, x + 10, 0 * x + 10, 0.1 + x / 5000], axis=1)[None]
        return [dets, np.zeros((1, 150), np.int64)]

    results = load(RTMDET, ".", raw=network)(images(1, 32, 32))
    assert results["count"].tolist() == [[100]]
    assert (np.diff(results["scores"][0]) <= 0).all()
    assert results["scores"][0, 0] == pytest.approx(0.1 + 149 * 20 / 5000)


def test_suppression_is_greedy_and_takes_half_persons_with_it() -> None:
    """Overlapping boxes go, the head and shoulders inside a person go, a child before an adult stays."""
    boxes = np.array([[0, 0, 40, 100], [2, 2, 42, 102], [0, 0, 40, 55], [10, 60, 28, 100], [200, 0, 240, 100]], np.float32)
    scores = np.array([0.9, 0.95, 0.5, 0.6, 0.3], np.float32)
    assert suppressed(boxes, scores, 0.6, 100).tolist() == [1, 3, 4]
    assert suppressed(boxes, scores, 0.6, 1).tolist() == [1]
    assert suppressed(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), 0.6, 10).tolist() == []


def test_embeddings_are_unit_rows_and_zeros_stay_visible() -> None:
    """A network that gives zeros gives zeros on: the caller must see it."""

    def network(batch: np.ndarray) -> list[np.ndarray]:
        return [np.full((1, 256), float(batch[0, 0, 0, 0]), np.float32)]

    shown = images(2, 256, 128)
    shown[1] = 7
    vectors = load({"kind": "embedder", "dimensions": 256}, ".", raw=network)(shown)["embedding"]
    assert np.linalg.norm(vectors, axis=1).tolist() == pytest.approx([0, 1])


def test_joints_come_as_x_y_score() -> None:
    """MoveNet says y first and wants RGB."""
    given: list[np.ndarray] = []

    def network(batch: np.ndarray) -> list[np.ndarray]:
        given.append(batch)
        return [np.tile(np.array([0.1, 0.2, 0.9], np.float32), (1, 1, 17, 1))]

    shown = images(1, 192, 192)
    shown[..., 0] = 50
    keypoints = load({"kind": "movenet"}, ".", raw=network)(shown)["keypoints"]
    assert keypoints[0, 0].tolist() == pytest.approx([0.2, 0.1, 0.9])
    assert given[0][0, 0, 0].tolist() == [0, 0, 50]


@pytest.mark.parametrize(
    "parameters", [{"kind": "nonsense"}, {"kind": "embedder", "engine": "abacus", "file": "x", "precision": "f32"}]
)
def test_unknown_kinds_and_engines_are_errors(parameters: dict[str, Any]) -> None:
    """A damaged network.json does not start."""
    raw = None if "engine" in parameters else lambda batch: [batch]
    with pytest.raises(ValueError, match="unknown"):
        load(parameters, ".", raw=raw)


@pytest.mark.parametrize("shown", [np.zeros((1, 8, 8, 3), np.float32), np.zeros((8, 8, 3), np.uint8)])
def test_only_uint8_images_are_run(shown: np.ndarray) -> None:
    """What is no batch of images is named, not run."""
    with pytest.raises(ValueError, match="uint8"):
        load({"kind": "embedder", "dimensions": 4}, ".", raw=lambda batch: [batch])(shown)


def test_a_free_batch_goes_in_powers_of_two() -> None:
    """Few shapes for engines that compile each; every row comes back in its place."""
    sizes: list[int] = []

    def network(batch: np.ndarray) -> list[np.ndarray]:
        sizes.append(len(batch))
        return [np.stack([batch[:, 0, 0, 0], batch[:, 1, 0, 0]], axis=1)]

    shown = images(13, 8, 4)
    shown[..., 0], shown[..., 1] = np.arange(13)[:, None, None] + 1, 1
    found = load({"kind": "haetae-embedder", "dimensions": 2, "batch": "free"}, ".", raw=network)(shown)["embedding"]
    assert sizes == [8, 4, 1]
    np.testing.assert_allclose(found[:, 0] / found[:, 1], np.arange(13) + 1, rtol=1e-5)


def test_our_detectors_boxes_are_suppressed() -> None:
    """Decoded boxes come out of the file as they are; of two on one person the better one stays, weak ones go."""

    def network(batch: np.ndarray) -> list[np.ndarray]:
        boxes = np.array([[[0, 0, 10, 20], [0, 1, 10, 21], [40, 0, 50, 20], [70, 0, 80, 20]]], np.float32)
        return [boxes, np.array([[0.9, 0.8, 0.6, 0.01]], np.float32)]

    parameters = {"kind": "haetae-detector", "max_detections": 100, "min_score": 0.05, "iou": 0.6}
    results = load(parameters, ".", raw=network)(images(2, 32, 96))
    assert results["count"].tolist() == [[2], [2]]
    np.testing.assert_allclose(results["scores"][1, :3], [0.9, 0.6, 0])


def test_our_detectors_own_threshold_becomes_the_platforms() -> None:
    """What the network is sure from on is .4 to everybody; the order and the ends of the scale stay."""

    def network(batch: np.ndarray) -> list[np.ndarray]:
        boxes = np.array([[[20 * i, 0, 20 * i + 10, 20] for i in range(4)]], np.float32)
        return [boxes, np.array([[1.0, 0.25, 0.625, 0.125]], np.float32)]

    parameters = {"kind": "haetae-detector", "max_detections": 100, "min_score": 0.05, "iou": 0.6, "sure_at": 0.25}
    scores = load(parameters, ".", raw=network)(images(1, 32, 96))["scores"][0, :4]
    np.testing.assert_allclose(scores, [1.0, 0.7, 0.4, 0.2], rtol=1e-5)
