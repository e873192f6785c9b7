"""HOTA, IDF1 and MOTA through TrackEval, on tracks whose figures are known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from haetae.domain.geometry import Box
from haetae.training.evaluation.tracks import FrameTracks, Tracks, track_scores
from tests.kit.mot_scores import mot_scores

Rows = Mapping[int, Mapping[int, Box]]


def tracks(rows: Rows, ignored: frozenset[int] = frozenset()) -> Tracks:
    """Boxes by frame and id; people in `ignored` need not be found."""
    return {
        frame: FrameTracks(
            np.array(list(people), np.int64),
            np.array([[b.x1, b.y1, b.x2, b.y2] for b in people.values()], np.float32).reshape(-1, 4),
            np.array([id in ignored for id in people], bool),
        )
        for frame, people in rows.items()
    }


def walk(x: float, n: int = 10) -> dict[int, Box]:
    """Somebody who walks to the right from `x`, a box by frame."""
    return {frame: Box(x + 5 * frame, 10, x + 5 * frame + 20, 70) for frame in range(1, n + 1)}


def rows(*people: Mapping[int, Box]) -> dict[int, dict[int, Box]]:
    """People by frame, with ids from 1."""
    frames = sorted({frame for person in people for frame in person})
    return {frame: {id: person[frame] for id, person in enumerate(people, 1) if frame in person} for frame in frames}


def test_the_truth_itself_is_perfect() -> None:
    """Tracks equal to the truth have 1 everywhere, whatever their ids are called."""
    truth = rows(walk(0), walk(300))
    renamed = {frame: {id + 40: box for id, box in people.items()} for frame, people in truth.items()}
    scores = track_scores(tracks(truth), tracks(renamed))
    assert (scores.hota, scores.idf1, scores.mota) == pytest.approx((1.0, 1.0, 1.0))
    assert (scores.n_people, scores.n_tracks, scores.n_frames) == (2, 2, 10)


def test_a_track_that_breaks_costs_identity_but_no_detection() -> None:
    """Two halves under two ids: IDF1 2 * 5 / (10 + 10), one switch, detection still perfect; as the slow definition says."""
    truth = rows(walk(0))
    broken = {frame: {1 if frame <= 5 else 2: box for box in people.values()} for frame, people in truth.items()}
    scores = track_scores(tracks(truth), tracks(broken))
    assert (scores.idf1, scores.n_switches, scores.detection_accuracy) == pytest.approx((0.5, 1, 1.0))
    slow = mot_scores(truth, broken)
    assert (scores.mota, scores.idf1) == pytest.approx((slow.mota, slow.idf1))


def test_who_is_ignored_is_asked_for_by_nobody() -> None:
    """A person who is ignored is no miss where not found and no false track where found."""
    truth = tracks(rows(walk(0), walk(300)), ignored=frozenset({2}))
    for found in (rows(walk(0)), rows(walk(0), walk(300))):
        scores = track_scores(truth, tracks(found))
        assert (scores.mota, scores.idf1) == pytest.approx((1.0, 1.0))
