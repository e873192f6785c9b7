"""The route test from tracklets to figures, with people who differ by the colour of their crops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from haetae.domain.attributes import AttributeCondition, AttributeName, Attributes
from haetae.domain.embedding import Vectors, normalised
from haetae.domain.frame import Pixels
from haetae.training.evaluation.following import FollowedPerson
from haetae.training.evaluation.route import Appearance, Problem
from haetae.training.evaluation.routing import Reading, owned, route_report
from haetae.training.evaluation.tracks import FrameTracks

RED, BLUE, GREEN = (20, 20, 220), (220, 30, 20), (30, 200, 40)
BOX = np.array([[10, 10, 40, 100]], np.float32)


def crop(colour: tuple[int, int, int]) -> Pixels:
    """A crop of one colour."""
    return np.full((64, 32, 3), colour, np.uint8)


def person(id: int, colour: tuple[int, int, int], from_s: float) -> FollowedPerson:
    """A tracklet of three frames and two crops."""
    first = int(from_s * 5) + 1
    boxes = {first + i: BOX for i in range(3)}
    return FollowedPerson(id, from_s, from_s + 0.4, boxes, [crop(colour), crop(colour)], [0.9, 0.5])


def by_colour(crops: Sequence[Pixels]) -> Vectors:
    """The mean colour as a direction."""
    return normalised(np.stack([each.reshape(-1, 3).mean(axis=0) - 90 for each in crops]))


def red_is_a_man(crops: Sequence[Pixels]) -> list[Attributes]:
    """Whoever is red is read as a man."""
    return [Attributes({AttributeName.GENDER: {"male": 0.9 if each[0, 0, 2] > 128 else 0.1}}) for each in crops]


def truth(*people: int) -> dict[int, FrameTracks]:
    """Person k is in the box from second 10 k on."""
    frames = {}
    for k, id in enumerate(people):
        for frame in range(50 * k + 1, 50 * k + 4):
            frames[frame] = FrameTracks(np.array([id]), BOX)
    return frames


def test_people_are_found_by_their_looks_on_every_camera() -> None:
    """Two people walk past two cameras, a third past one: all appearances are found first, with and without attributes."""
    north = [person(1, RED, 0.0), person(2, BLUE, 10.0), person(3, GREEN, 20.0)]
    south = [person(1, BLUE, 0.0), person(2, RED, 10.0)]
    owners = owned("north", north, truth(7, 8, 9)) + owned("south", south, truth(8, 7))
    assert [each.person for each in owners] == [7, 8, 9, 8, 7]
    stays = [
        Appearance(7, "north", 0, 1),
        Appearance(7, "south", 10, 11),
        Appearance(8, "north", 10, 11),
        Appearance(8, "south", 0, 1),
    ]
    man = [AttributeCondition(AttributeName.GENDER, ("male",))]
    asked = [Problem(7, crop(RED), man), Problem(8, crop(BLUE), [])]
    report = route_report(asked, north + south, owners, stays, Reading(by_colour, red_is_a_man))
    assert report.with_attributes is not None
    assert report.by_photo.ranks == report.reranked.ranks == report.with_attributes.ranks == (1.0,) * 5
    assert (report.n_problems, report.n_followed, report.by_photo.n_appearances) == (2, 5, 4)


def test_without_an_attribute_network_only_the_photo_asks() -> None:
    """Nothing is told of attributes where no network reads them."""
    north = [person(1, RED, 0.0), person(2, BLUE, 10.0)]
    owners = owned("north", north, truth(7, 8))
    report = route_report([Problem(7, crop(RED), [])], north, owners, [Appearance(7, "north", 0, 1)], Reading(by_colour))
    assert report.with_attributes is None
    assert report.by_photo.ranks[0] == 1.0
