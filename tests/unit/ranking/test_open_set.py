"""Whether the person is in the gallery at all."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.ranking.open_set import Found, Presence, features

MEASURED = Presence((6.0, -30.0, -1.0, 0.0))
FAR = np.linspace(0.5, 0.9, 60)


def test_a_near_sighting_makes_it_likely_and_none_unlikely() -> None:
    """The words follow the probability."""
    near = MEASURED.of(np.concatenate([[0.05], FAR]), 60)
    far = MEASURED.of(FAR, 60)
    assert (near.found, far.found) == (Found.LIKELY, Found.UNLIKELY)
    assert near.probability > 0.8 > 0.2 > far.probability


def test_in_a_larger_gallery_the_same_distance_says_less() -> None:
    """Among a million strangers somebody is near by chance."""
    distances = np.concatenate([[0.12], FAR])
    assert MEASURED.of(distances, 1_000_000).probability < MEASURED.of(distances, 60).probability


def test_an_unmeasured_network_says_neither() -> None:
    """0.5, unsure, whatever the distances are; but nobody is in an empty gallery."""
    assert Presence().of(FAR, 60) == Presence().of(FAR + 0.5, 10**6)
    assert Presence().of(FAR, 60).found is Found.UNSURE
    assert Presence().of(np.empty(0), 0).found is Found.UNLIKELY


def test_features_do_not_depend_on_the_order() -> None:
    """The nearest distance, how many there are, and the spread behind it; also of one sighting alone."""
    shuffled = np.random.default_rng(0).permutation(FAR)
    assert features(shuffled, 1000).tolist() == features(FAR, 1000).tolist()
    assert features(FAR, 1000)[:2].tolist() == [0.5, 3.0]
    assert features(np.array([0.3]), 1).tolist() == [0.3, 0.0, 0.0]


@pytest.mark.parametrize("wrong", [(), (0.0,), (0.0, 0.0, 0.0, float("nan")), (0.0, 0.0, 0.0, float("inf"))])
def test_what_is_no_presence_is_refused(wrong: tuple[float, ...]) -> None:
    """Too few coefficients, or such as are not finite."""
    with pytest.raises(ValueError):
        Presence(wrong)
