import numpy as np
import pytest

from haetae.domain.attributes import VALUES, AttributeName
from haetae.inference.attribute_classifier import AttributeClassifier, attributes_of
from tests.kit.networks import FakeInference

CERTAIN = np.array([1, 0, 1, 0, 1, 1, 0, 1], np.float32)


def test_words_are_of_the_domains_vocabulary() -> None:
    """Every name and value exists in the domain, and every score is 0-1."""
    for name, values in attributes_of(CERTAIN).scores.items():
        assert set(values) <= set(VALUES[name])
        assert all(0 <= score <= 1 for score in values.values())


def test_a_probability_moves_its_word_the_right_way() -> None:
    """What the network sees scores above unknown, what it does not see below."""
    seen = attributes_of(CERTAIN)
    assert seen.score(AttributeName.GENDER, "male") > 0.5 > seen.score(AttributeName.GENDER, "female")
    assert seen.score(AttributeName.BAG, "backpack") > 0.5 > seen.score(AttributeName.BAG, "bag")
    assert seen.score(AttributeName.BAG, "none") < 0.5
    assert seen.score(AttributeName.HAT, "none") > 0.5
    assert seen.score(AttributeName.LOWER_TYPE, "long_trousers") > 0.5
    assert seen.score(AttributeName.HAIR, "short") > 0.5
    assert seen.score(AttributeName.OUTERWEAR, "coat") > 0.5


def test_weak_attributes_stay_hints() -> None:
    """Long sleeves (published F1 .21) never speak as loud as gender (F1 .91), and nothing is ever certain."""
    seen = attributes_of(CERTAIN)
    assert 0.5 < seen.score(AttributeName.UPPER_TYPE, "long_sleeve") <= 0.56
    assert seen.score(AttributeName.GENDER, "male") == pytest.approx(0.9)
    assert max(score for values in seen.scores.values() for score in values.values()) <= 0.9


def test_undecided_is_unknown() -> None:
    """A probability of a half says nothing."""
    seen = attributes_of(np.full(8, 0.5, np.float32))
    assert {score for values in seen.scores.values() for score in values.values()} == {0.5}


def test_each_crop_gets_its_own_words() -> None:
    """Order is kept; no crops ask nobody; the model's name carries its version."""

    def answer(images: np.ndarray) -> dict[str, np.ndarray]:
        scores = np.repeat(images[:, :1, 0, 0].astype(np.float32) / 255, 8, axis=1)
        return {"scores": scores, "points": np.zeros((len(images), 2, 2), np.float32)}

    classifier = AttributeClassifier(FakeInference({"attributes-0230": answer}), "attributes-0230")
    dark, light = classifier.classify([np.zeros((50, 20, 3), np.uint8), np.full((90, 40, 3), 255, np.uint8)])
    assert dark.score(AttributeName.GENDER, "male") < 0.5 < light.score(AttributeName.GENDER, "male")
    assert classifier.classify([]) == []
    assert classifier.model_name == "attributes-0230@fake-f32"
