"""Rank-k of a route, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.training.evaluation.route import Appearance, FoundPerson, owner, route_scores


def at(camera: str, person: int | None, from_s: float = 0.0, to_s: float = 10.0) -> FoundPerson:
    """A tracklet."""
    return FoundPerson(camera, from_s, to_s, person)


def test_each_camera_has_a_list_of_its_own() -> None:
    """Person 1 appears on two cameras: first of one list, second of the other: rank-1 .5, rank-2 and on 1."""
    tracklets = [at("a", 1), at("a", 2), at("b", 2), at("b", 1)]
    distances = np.array([[0.1, 0.5, 0.2, 0.3]])
    stays = [Appearance(1, "a", 0, 10), Appearance(1, "b", 0, 10), Appearance(2, "b", 0, 10)]
    scores = route_scores([1], distances, tracklets, stays)
    assert scores.ranks == (0.5, 1.0, 1.0, 1.0, 1.0)
    assert (scores.n_appearances, scores.n_without_tracklet) == (2, 0)


def test_an_appearance_that_was_not_followed_is_never_found() -> None:
    """No tracklet lies on the person: no k helps. The mean is over problems, not over appearances."""
    tracklets = [at("a", 1), at("b", None)]
    distances = np.array([[0.1, 0.2], [0.3, 0.1]])
    stays = [Appearance(1, "a", 0, 10), Appearance(2, "a", 0, 10), Appearance(2, "b", 0, 10)]
    scores = route_scores([1, 2], distances, tracklets, stays)
    assert scores.ranks == (0.5,) * 5
    assert scores.n_without_tracklet == 2


def test_another_appearance_at_the_same_camera_neither_helps_nor_hurts() -> None:
    """The person comes back to a camera: the tracklet of the other visit is taken out of the list."""
    tracklets = [at("a", 1, 0, 10), at("a", 1, 60, 70), at("a", None, 0, 90)]
    stays = [Appearance(1, "a", 0, 10), Appearance(1, "a", 60, 70)]
    scores = route_scores([1], np.array([[0.1, 0.2, 0.3]]), tracklets, stays)
    assert scores.ranks[0] == 1.0


def test_a_person_who_never_appears_is_no_problem() -> None:
    """Such a problem has no denominator and is refused."""
    with pytest.raises(ValueError, match="appears nowhere"):
        route_scores([3], np.zeros((1, 1)), [at("a", 1)], [Appearance(1, "a", 0, 1)])


def test_a_tracklet_is_of_whom_most_of_its_boxes_show() -> None:
    """Two of three boxes on person 7: it is 7's; one of three: nobody's."""
    box, far = np.array([[0, 0, 10, 30]], np.float32), np.array([[200, 0, 210, 30]], np.float32)
    truth = {frame: {7: box, 8: far + 50} for frame in (1, 2, 3)}
    assert owner({1: box, 2: box, 3: far}, truth) == 7
    assert owner({1: box, 2: far, 3: far}, truth) is None
    assert owner({9: box}, truth) is None
