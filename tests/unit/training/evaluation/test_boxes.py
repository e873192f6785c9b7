"""Recall and precision at a threshold, with boxes that are neither asked for nor counted against anybody."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.training.evaluation.boxes import FrameFound, FrameTruth, best_threshold, found_at, recall_by_act, turned
from haetae.training.evaluation.coco import FramePoses, box_average_precision, pose_average_precision

PERSON, OTHER = (10.0, 10.0, 30.0, 70.0), (100.0, 10.0, 120.0, 70.0)


def truth(*boxes: tuple[float, ...], ignored: tuple[tuple[float, ...], ...] = ()) -> FrameTruth:
    """People at `boxes`, and ignored ones."""
    flags = [False] * len(boxes) + [True] * len(ignored)
    return FrameTruth(np.array([*boxes, *ignored], np.float32).reshape(-1, 4), np.array(flags, bool))


def found(*rows: tuple[tuple[float, ...], float]) -> FrameFound:
    """Boxes with scores."""
    return FrameFound(
        np.array([box for box, _ in rows], np.float32).reshape(-1, 4), np.array([score for _, score in rows], np.float32)
    )


def moved(box: tuple[float, ...], x: float) -> tuple[float, ...]:
    """The box, `x` pixels to the right."""
    return (box[0] + x, box[1], box[2] + x, box[3])


def test_hits_misses_and_false_boxes_are_counted() -> None:
    """One of two people is found, one box lies on nobody, and a second box on the same person is false."""
    counts = found_at([truth(PERSON, OTHER)], [found((PERSON, 0.9), (moved(PERSON, 2), 0.8), ((200, 0, 220, 50), 0.7))], 0.5)
    assert (counts.n_true, counts.n_hits, counts.n_false) == (2, 1, 2)
    assert (counts.recall, counts.precision) == pytest.approx((0.5, 1 / 3))


def test_below_the_threshold_nothing_counts() -> None:
    """A box of a lower score is neither a hit nor false."""
    counts = found_at([truth(PERSON)], [found((PERSON, 0.4), (OTHER, 0.3))], 0.5)
    assert (counts.n_hits, counts.n_false, counts.precision) == (0, 0, 0.0)


def test_ignored_boxes_count_for_nobody() -> None:
    """A box on an ignored person, and a small one wholly inside a large ignored region, are not false; misses of it are none."""
    crowd = (90.0, 0.0, 200.0, 100.0)
    counts = found_at([truth(PERSON, ignored=(crowd,))], [found((PERSON, 0.9), (OTHER, 0.8), ((300, 0, 320, 50), 0.7))], 0.5)
    assert (counts.n_true, counts.n_hits, counts.n_false) == (1, 1, 1)


def test_a_true_box_is_taken_before_an_ignored_one() -> None:
    """Somebody who stands in an ignored region is still found."""
    counts = found_at([truth(PERSON, ignored=((0.0, 0.0, 50.0, 100.0),))], [found((PERSON, 0.9))], 0.5)
    assert (counts.n_hits, counts.n_false) == (1, 0)


def test_recall_is_told_by_what_people_do() -> None:
    """Of two people the one who lies is not found; frames that do not say what people do are left out."""
    known = FrameTruth(np.array([PERSON, OTHER], np.float32), np.array([False, False]), ("walk", "lie"))
    results = [found((PERSON, 0.9)), found((PERSON, 0.9))]
    assert recall_by_act([known, truth(PERSON)], results, 0.5) == {"lie": (1, 0.0), "walk": (1, 1.0)}


def test_a_turned_frame_has_turned_boxes() -> None:
    """What a box holds of a frame, it still holds when both are turned by 90 degrees."""
    frame = np.zeros((100, 200), np.uint8)
    frame[10:70, 10:30] = 255
    x1, y1, x2, y2 = turned(truth(PERSON), 200).boxes[0].astype(int).tolist()
    assert (np.rot90(frame)[y1:y2, x1:x2] == 255).all()
    assert (x2 - x1, y2 - y1) == (60, 20)


def test_the_best_threshold_has_the_best_f1() -> None:
    """Between a false box of .6 and a true one of .7, the highest candidate that keeps the true one is chosen."""
    best = best_threshold([truth(PERSON)], [found((PERSON, 0.7), (OTHER, 0.6))], (0.5, 0.65, 0.7, 0.8))
    assert (best.threshold, best.f1) == (0.7, 1.0)


def test_average_precision_of_perfect_and_of_no_boxes() -> None:
    """Perfect boxes give 1 at every IoU, none at all give 0, and boxes half off count at no IoU of .5 or more."""
    truths = [truth(PERSON), truth(OTHER)]
    assert box_average_precision(truths, [found((PERSON, 0.9)), found((OTHER, 0.8))]).ap == pytest.approx(1.0)
    assert box_average_precision(truths, [found(), found()]).ap == 0.0
    assert box_average_precision(truths, [found((moved(PERSON, 12), 0.9)), found((moved(OTHER, 12), 0.9))]).ap50 == 0.0


def test_average_precision_by_hand() -> None:
    """One of two people is found, with a better scored false box: precision .5 up to recall .5 makes 51 of 101 points of .5."""
    figures = box_average_precision([truth(PERSON, OTHER)], [found(((300, 0, 320, 60), 0.9), (PERSON, 0.8))])
    assert figures.ap50 == pytest.approx(0.5 * 51 / 101)


def test_crowds_are_ignored_by_average_precision() -> None:
    """A box in an ignored region lowers nothing."""
    figures = box_average_precision([truth(PERSON, ignored=((90.0, 0.0, 200.0, 100.0),))], [found((OTHER, 0.95), (PERSON, 0.9))])
    assert figures.ap == pytest.approx(1.0)


def test_poses_are_scored_by_key_point_similarity() -> None:
    """True key points give 1; key points a body's width away give 0."""
    points = np.zeros((1, 17, 3), np.float32)
    points[0, :, 0], points[0, :, 1], points[0, :, 2] = np.linspace(12, 28, 17), np.linspace(12, 68, 17), 2
    true = FramePoses(points, boxes=np.array([PERSON], np.float32))
    right = FramePoses(points, scores=np.array([0.9], np.float32))
    far = FramePoses(points + np.array([60, 0, 0], np.float32), scores=np.array([0.9], np.float32))
    assert pose_average_precision([true], [right]).ap == pytest.approx(1.0)
    assert pose_average_precision([true], [far]).ap == 0.0
