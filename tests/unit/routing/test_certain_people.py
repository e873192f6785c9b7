"""Sightings of which the network is certain, and lists that show one person."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from haetae.domain.ids import TrackletId
from haetae.routing.certain_people import certain_people
from haetae.routing.same_people import merged
from tests.kit.builders import unit_vectors, uuid
from tests.kit.ways import stop, street

STREET = street(0, 300, 600)


def test_each_others_nearest_are_one_person() -> None:
    """Three people at three cameras each, in any order: three people, with all their sightings, counting less than confirmed."""
    looks = unit_vectors(3, 64)
    stops = [stop(camera, 100 * person + 70 * n) for person in range(3) for n, camera in enumerate("abc")]
    vectors = np.repeat(looks, 3, axis=0)
    order = np.random.default_rng(0).permutation(9)
    for found in (certain_people(vectors, stops, STREET), certain_people(vectors[order], [stops[i] for i in order], STREET)):
        assert [sorted(s.camera_id for s in way.stops) for way in found] == [["a", "b", "c"]] * 3
        assert {way.weight for way in found} == {0.3}


def test_two_who_look_alike_are_not_certain() -> None:
    """Twins at the second camera: nobody can say which of them it was."""
    looks = unit_vectors(1, 64)[[0, 0, 0]]
    assert certain_people(looks + 0.0, [stop("a", 0.0), stop("b", 70.0), stop("b", 90.0)], STREET) != []
    near = np.stack([looks[0], *(_turned(looks[0], k) for k in (1, 2))])
    assert certain_people(near, [stop("a", 0.0), stop("b", 70.0), stop("b", 90.0)], STREET) == []


def test_the_impossible_is_never_certain() -> None:
    """Whoever is at two far cameras at once is two people, however much alike; and one sighting alone is nobody."""
    looks = unit_vectors(1, 64)[[0, 0]]
    assert certain_people(looks, [stop("a", 0.0, 60.0), stop("b", 10.0, 70.0)], STREET) == []
    assert certain_people(looks[:1], [stop("a", 0.0)], STREET) == []


@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=4), max_size=8), st.randoms())
def test_lists_that_share_a_sighting_are_one_person(lists: list[list[int]], random: object) -> None:
    """Every sighting once; two of one list together; the order of the lists does not matter."""
    named = [[TrackletId(uuid(n)) for n in each] for each in lists]
    people = merged(named)
    assert sorted(id for person in people for id in person) == sorted({id for each in named for id in each})
    of = {id: n for n, person in enumerate(people) for id in person}
    assert all(len({of[id] for id in each}) == 1 for each in named)
    shuffled = list(named)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merged(shuffled) == people


def _turned(vector: np.ndarray, seed: int) -> np.ndarray:
    turned = vector + 0.03 * np.random.default_rng(seed).standard_normal(len(vector)).astype(np.float32)
    return np.asarray(turned / np.linalg.norm(turned), np.float32)
