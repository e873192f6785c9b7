"""Films are followed as the platform follows cameras: boxes with ids, seconds of the film, crops of best shots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from haetae.domain.detection import Detection
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.training.evaluation.following import FilmFollowing
from haetae.training.evaluation.tracks import FrameTracks, track_scores

RATE_HZ, N = 5.0, 20
SIZE = ImageSize(width=320, height=180)


def at(x: float, frame: int) -> Box:
    """Where somebody who begins at `x` is, ten pixels a frame further."""
    return Box(x + 6 * frame, 40, x + 6 * frame + 30, 130)


class SeesTwo:
    """Finds the two walkers of the frame whose number is in its first pixel, and a ghost in one single frame."""

    def detect(self, images: Sequence[Pixels], input_size: ImageSize) -> list[list[Detection]]:
        frame = int(images[0][0, 0, 0])
        people = [Detection(at(5, frame), 0.9), Detection(at(140, frame), 0.8)]
        return [[*people, Detection(Box(250, 5, 270, 60), 0.5)] if frame == 7 else people]


def frames() -> list[tuple[int, Pixels]]:
    """Frames from 1 with their number in the first pixel."""
    made = []
    for number in range(1, N + 1):
        pixels = np.full((SIZE.height, SIZE.width, 3), 90, np.uint8)
        pixels[0, 0] = number
        made.append((number, pixels))
    return made


@pytest.fixture(scope="module")
def followed() -> FilmFollowing:
    """The film, followed to its end."""
    following = FilmFollowing("north", SeesTwo(), lambda pixels: SIZE, RATE_HZ)
    following.follow(frames())
    return following


def test_two_people_become_two_tracks(followed: FilmFollowing) -> None:
    """Each walker is one person from the first to the last frame, with crops; who is seen once is nobody."""
    assert len(followed.people) == 2
    assert {len(person.boxes) for person in followed.people} == {N}
    assert all(person.crops and len(person.crops) == len(person.qualities) for person in followed.people)
    assert all((person.from_s, person.to_s) == pytest.approx((0.0, (N - 1) / RATE_HZ)) for person in followed.people)


def test_tracks_are_scored_against_the_truth(followed: FilmFollowing) -> None:
    """The followed film against the true walkers is perfect."""
    truth = {
        number: FrameTracks(
            np.array([1, 2]), np.array([[b.x1, b.y1, b.x2, b.y2] for b in (at(5, number), at(140, number))], np.float32)
        )
        for number in range(1, N + 1)
    }
    scores = track_scores(truth, followed.tracks())
    assert (scores.idf1, scores.mota, scores.n_switches) == pytest.approx((1.0, 1.0, 0))
