"""Candidates become people by looks, within what space and time allow."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from haetae.domain.embedding import normalised
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import TrajectoryStep
from haetae.ranking.identity import SamePerson, group_people, impossible_pairs
from tests.kit.builders import SEOUL, at, unit_vectors, uuid

NEXT_STREET = GeoPoint(SEOUL.latitude + 0.009, SEOUL.longitude)  # 1 km north


def stay(camera: str, start_s: float, end_s: float, position: GeoPoint | None = None) -> TrajectoryStep:
    """A stay at a camera, in seconds from T0."""
    return TrajectoryStep(TrackletId(uuid(f"{camera}{start_s}")), CameraId(camera), at(start_s), at(end_s), position)


def looks(*people: int) -> NDArray[np.float32]:
    """A vector for each sighting: the same number looks nearly the same."""
    rows = unit_vectors(10, 64)[list(people)] + 0.2 * unit_vectors(len(people), 64, seed=1)
    return normalised(rows)


def test_those_who_look_alike_are_one_person() -> None:
    """Sightings group by looks, lists by the best of each."""
    stays = [stay("a", 100 * i, 100 * i + 5) for i in range(5)]
    assert group_people(looks(3, 5, 3, 5, 7), stays, SamePerson()) == [[0, 2], [1, 3], [4]]


def test_one_camera_sees_a_person_once_at_a_time() -> None:
    """Two tracklets of one camera at one time are two people, however alike."""
    stays = [stay("a", 0, 10), stay("a", 5, 15)]
    assert group_people(looks(3, 3), stays, SamePerson()) == [[0], [1]]


def test_a_tracker_that_changed_its_mind_does_not_split_a_person() -> None:
    """Tracklets of one camera that overlap by less than the tolerance can be one person."""
    stays = [stay("a", 0, 10.3), stay("a", 10, 15)]
    assert group_people(looks(3, 3), stays, SamePerson()) == [[0, 1]]


def test_nobody_is_in_two_places_at_once() -> None:
    """Cameras 1 km apart cannot see one person within 10 s, and can within 100 s; where positions are unknown they can."""
    far = [stay("a", 0, 5, SEOUL), stay("b", 15, 20, NEXT_STREET)]
    later = [stay("a", 0, 5, SEOUL), stay("b", 105, 120, NEXT_STREET)]
    unknown = [stay("a", 0, 5, SEOUL), stay("b", 2, 20, None)]
    assert group_people(looks(3, 3), far, SamePerson()) == [[0], [1]]
    assert group_people(looks(3, 3), later, SamePerson()) == [[0, 1]]
    assert group_people(looks(3, 3), unknown, SamePerson()) == [[0, 1]]


def test_cameras_that_are_near_may_see_the_same_spot() -> None:
    """At the same instant in two cameras 20 m apart: one person, perhaps."""
    beside = GeoPoint(SEOUL.latitude + 0.00018, SEOUL.longitude)
    stays = [stay("a", 0, 5, SEOUL), stay("b", 0, 5, beside)]
    assert group_people(looks(3, 3), stays, SamePerson()) == [[0, 1]]


def test_an_impossible_pair_keeps_groups_apart_for_good() -> None:
    """A third sighting does not smuggle two simultaneous ones into one person."""
    stays = [stay("a", 0, 10), stay("a", 5, 15), stay("a", 30, 40)]
    groups = group_people(looks(3, 3, 3), stays, SamePerson())
    assert [0, 1] not in groups
    assert sorted(len(group) for group in groups) == [1, 2]


def test_no_candidates_no_people() -> None:
    """Nothing groups to nothing."""
    assert group_people(np.empty((0, 8), np.float32), [], SamePerson()) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.integers(0, 9), st.integers(0, 3)), max_size=14))
def test_groups_partition_and_hold_no_impossible_pair(drawn: list[tuple[str, int, int, int]]) -> None:
    """Every candidate is in exactly one group, and no group holds a pair that cannot be."""
    where = {"a": SEOUL, "b": NEXT_STREET, "c": None}
    stays = [stay(camera, start, start + length, where[camera]) for camera, start, length, _ in drawn]
    vectors = looks(*(person for *_, person in drawn)) if drawn else np.empty((0, 64), np.float32)
    groups = group_people(vectors, stays, SamePerson())
    assert sorted(index for group in groups for index in group) == list(range(len(drawn)))
    impossible = impossible_pairs(stays, SamePerson()) if drawn else np.empty((0, 0), bool)
    assert not any(impossible[i, j] for group in groups for i in group for j in group)


def test_who_knows_the_ways_decides_what_is_impossible() -> None:
    """Pairs that are told take the place of those that the map tells."""
    stays = [stay("a", 0, 5, SEOUL), stay("b", 15, 20, NEXT_STREET)]
    assert group_people(looks(3, 3), stays, SamePerson(), np.zeros((2, 2), bool)) == [[0, 1]]
    assert group_people(looks(3, 3), [stay("a", 0, 5), stay("b", 90, 95)], SamePerson(), ~np.eye(2, dtype=bool)) == [[0], [1]]
