"""Films of a data set taken together, and what of a city counts as an appearance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from haetae.domain.geometry import ImageSize
from haetae.training.evaluation.route import Appearance
from haetae.training.evaluation.tracks import FrameTracks, track_scores
from haetae.training.readers.city_folder import CityData
from haetae.training.readers.following import one_after_another
from haetae.training.readers.frames import clipped
from haetae.training.readers.problems import appearances
from haetae.training.readers.samples import Film


def one(id: int, *, tall: float = 90, ignored: bool = False) -> FrameTracks:
    """A frame with one person."""
    return FrameTracks(np.array([id]), np.array([[10, 10, 40, 10 + tall]], np.float32), np.array([ignored]))


def test_films_taken_together_share_nobody() -> None:
    """Person 1 of one film is not person 1 of another: perfect tracks stay perfect, and there are two people."""
    truth = {frame: one(1) for frame in range(1, 6)}
    scores = track_scores(*one_after_another([(truth, truth), (truth, truth)]))
    assert (scores.n_people, scores.n_tracks, scores.n_frames, scores.n_switches) == (2, 2, 10, 0)
    assert scores.idf1 == 1.0


def test_boxes_end_where_the_picture_ends() -> None:
    """The part of a box outside the picture is cut off; who is wholly outside is not there."""
    frame = FrameTracks(np.array([1, 2]), np.array([[-10, 20, 30, 220], [330, 0, 350, 50]], np.float32), np.array([False, False]))
    inside = clipped(frame, ImageSize(width=320, height=180))
    assert inside.ids.tolist() == [1]
    assert inside.boxes.tolist() == [[0, 20, 30, 180]]


def test_who_was_hardly_seen_did_not_appear() -> None:
    """A stay counts where the person was to be seen for a second in all: tall enough, and not hidden."""
    seen = {frame: one(1) for frame in range(1, 7)}
    small = {frame: one(2, tall=30) for frame in range(101, 107)}
    hidden = {frame: one(3, ignored=True) for frame in range(201, 207)}
    film = Film("north", {**seen, **small, **hidden}, 5.0)
    stays = tuple(Appearance(person, "north", 20.0 * (person - 1), 20.0 * (person - 1) + 2) for person in (1, 2, 3))
    elsewhere = replace(stays[0], camera="south")
    data = CityData(7, 1.0, 2, (film,), {}, {}, {}, (*stays, elsewhere), {})
    assert appearances(data) == [stays[0]]
