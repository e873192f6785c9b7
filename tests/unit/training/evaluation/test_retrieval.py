"""CMC, mAP and mINP against a case worked by hand and against a slow, straightforward reading of the protocol."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from haetae.training.evaluation.retrieval import DISTRACTOR, JUNK, Labels, retrieval


def labels(pairs: list[tuple[int, int]]) -> Labels:
    """Of (identity, camera) pairs."""
    return Labels(np.array([i for i, _ in pairs]), np.array([c for _, c in pairs]))


def test_a_case_worked_by_hand() -> None:
    """Junk and the same person by the same camera are taken out, distractors are wrong, and the figures follow the list left.

    The list of person 1 (camera 1), nearest first: itself by its own camera (out), junk (out), a distractor (wrong), 1 by
    camera 2 (right), 2 (wrong), 1 by camera 3 (right): places 2 and 4 of 4. Trapezia: ((0 + 1/2) / 2 + (1/3 + 2/4) / 2) / 2;
    steps: (1/2 + 2/4) / 2; mINP 2 / 4.
    """
    gallery = labels([(1, 1), (JUNK, 2), (DISTRACTOR, 2), (1, 2), (2, 2), (1, 3)])
    distances = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]])
    scores = retrieval(distances, labels([(1, 1)]), gallery, max_rank=5)
    assert scores.cmc == (0.0, 1.0, 1.0, 1.0, 1.0)
    assert scores.mean_average_precision == pytest.approx((0.25 + (1 / 3 + 0.5) / 2) / 2)
    assert scores.stepwise == pytest.approx(0.5)
    assert scores.mean_inverse_penalty == pytest.approx(0.5)


def test_the_same_camera_s_crops_may_stay() -> None:
    """In the case worked by hand the person's own camera comes first: places 1, 3 and 5 of 5 are right then."""
    gallery = labels([(1, 1), (JUNK, 2), (DISTRACTOR, 2), (1, 2), (2, 2), (1, 3)])
    distances = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]])
    scores = retrieval(distances, labels([(1, 1)]), gallery, max_rank=5, same_camera=True)
    assert scores.cmc == (1.0, 1.0, 1.0, 1.0, 1.0)
    assert scores.stepwise == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    assert scores.mean_inverse_penalty == pytest.approx(3 / 5)


def test_a_perfect_order_is_one() -> None:
    """Where every right crop comes first, every figure is 1."""
    gallery = labels([(1, 2), (1, 3), (2, 2), (2, 4)])
    distances = np.array([[0.0, 0.1, 1.0, 1.0], [1.0, 1.0, 0.0, 0.1]])
    scores = retrieval(distances, labels([(1, 1), (2, 1)]), gallery)
    assert scores.rank(1) == scores.mean_average_precision == scores.stepwise == scores.mean_inverse_penalty == 1.0


def test_a_query_without_a_match_is_counted_apart() -> None:
    """A person whom only the query's own camera shows lowers nothing, but is told of."""
    gallery = labels([(1, 1), (2, 2)])
    scores = retrieval(np.zeros((2, 2)), labels([(1, 1), (2, 1)]), gallery)
    assert (scores.n_queries, scores.n_without_match, scores.n_gallery) == (1, 1, 2)


def test_shapes_must_fit() -> None:
    """Distances of another shape than queries by gallery are refused."""
    with pytest.raises(ValueError, match="distances are"):
        retrieval(np.zeros((1, 2)), labels([(1, 1)]), labels([(1, 1)]))


@pytest.mark.parametrize("seed", range(4))
def test_the_slow_reading_agrees(seed: int) -> None:
    """On random crops, junk and distractors among them, the figures are those of the protocol's own loop."""
    rng = np.random.default_rng(seed)
    gallery = labels([(int(i), int(c)) for i, c in zip(rng.integers(-1, 6, 60), rng.integers(1, 5, 60), strict=True)])
    queries = labels([(int(i), int(c)) for i, c in zip(rng.integers(1, 6, 12), rng.integers(1, 5, 12), strict=True)])
    distances = rng.random((12, 60)).round(1)
    scores = retrieval(distances, queries, gallery, max_rank=20)
    slow = [
        _protocol(distances[i], int(queries.identities[i]), int(queries.cameras[i]), gallery, 20) for i in range(len(queries))
    ]
    found = [each for each in slow if each is not None]
    assert scores.n_queries == len(found)
    assert scores.mean_average_precision == pytest.approx(np.mean([each[0] for each in found]))
    assert scores.stepwise == pytest.approx(np.mean([each[1] for each in found]))
    assert scores.mean_inverse_penalty == pytest.approx(np.mean([each[2] for each in found]))
    assert scores.cmc == pytest.approx(np.mean([each[3] for each in found], axis=0))
    assert all(a <= b for a, b in pairwise(scores.cmc))


def _protocol(
    row: np.ndarray, person: int, camera: int, gallery: Labels, max_rank: int
) -> tuple[float, float, float, list[float]] | None:
    """Average precision in trapezia and steps, the inverse penalty and the CMC of one query, walked through place by place."""
    good = [i for i in range(len(gallery)) if gallery.identities[i] == person and gallery.cameras[i] != camera]
    junk = [
        i
        for i in range(len(gallery))
        if gallery.identities[i] == -1 or (gallery.identities[i] == person and gallery.cameras[i] == camera)
    ]
    if not good:
        return None
    trapezia = steps = old_recall = 0.0
    old_precision = 1.0
    n_good = place = 0
    cmc = [0.0] * max_rank
    for i in sorted(range(len(gallery)), key=lambda each: (row[each], each)):
        if i in junk:
            continue
        place += 1
        if i in good:
            n_good += 1
            cmc[place - 1 :] = [1.0] * (max_rank - place + 1) if place <= max_rank else []
            steps += n_good / place / len(good)
        recall, precision = n_good / len(good), n_good / place
        trapezia += (recall - old_recall) * (old_precision + precision) / 2
        old_recall, old_precision = recall, precision
        if n_good == len(good):
            return trapezia, steps, len(good) / place, cmc[:max_rank]
    raise AssertionError("every good crop is in the list")
