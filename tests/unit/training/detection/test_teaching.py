"""What two teachers agree on."""

import numpy as np
from numpy.typing import NDArray

from haetae.training.detection.labels import IGNORED, PERSON
from haetae.training.detection.teaching import consensus, without_furniture

_BOX = (10.0, 10.0, 30.0, 70.0)


def _seen(*scores: float, box: tuple[float, ...] = _BOX) -> NDArray[np.float32]:
    return np.array([[*box, score] for score in scores], np.float32).reshape(-1, 5)


def test_what_all_looks_see_is_a_person() -> None:
    """Three good looks at one place make one person there."""
    boxes, flags = consensus([_seen(0.8), _seen(0.7), _seen(0.9)], _seen())
    assert flags.tolist() == [PERSON]
    assert np.allclose(boxes[0], _BOX, atol=0.1)


def test_the_second_teacher_decides_in_doubt() -> None:
    """A middling mean is ignored by itself, and a person where the second teacher sees one as well."""
    looks = [_seen(0.5), _seen(0.5), _seen()]
    assert consensus(looks, _seen())[1].tolist() == [IGNORED]
    assert consensus(looks, _seen(0.9))[1].tolist() == [PERSON]


def test_what_only_the_second_teacher_sees_is_nobody() -> None:
    """Cars and pillars, mostly: they stay in the picture as what nobody is."""
    assert len(consensus([_seen(), _seen(), _seen()], _seen(0.9))[1]) == 0


def test_parts_of_a_sure_person_are_no_doubt_of_their_own() -> None:
    """A weak box over the upper half of a sure person is dropped."""
    looks = [np.concatenate([_seen(0.9), _seen(0.35, box=(10, 10, 30, 38))]) for _ in range(3)]
    assert consensus(looks, _seen())[1].tolist() == [PERSON]


def test_furniture_is_told_by_its_staying() -> None:
    """A doubtful box that lies there in all frames and never becomes sure is dropped; one that becomes sure once stays."""
    doubtful = (np.array([_BOX], np.float32), np.array([IGNORED], np.int8))
    sure = (np.array([_BOX], np.float32), np.array([PERSON], np.int8))
    assert all(len(boxes) == 0 for boxes, _ in without_furniture([doubtful] * 5))
    assert all(len(boxes) == 1 for boxes, _ in without_furniture([*[doubtful] * 5, sure]))
