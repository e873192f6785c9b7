import numpy as np
import pytest

from haetae.domain.attributes import VALUES, AttributeName
from haetae.inference.attribute_classifier import AttributeClassifier, attributes_by_value, attributes_of
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


def _certain_of(**said: str) -> np.ndarray:
    """The built-in network's answer: sure of these, of nothing else."""
    rows = []
    for name, values in VALUES.items():
        word = said.get(name.value)
        rows += [1 / len(values) if word is None else float(value == word) for value in values]
    return np.array(rows, np.float32)


def test_the_built_in_network_tells_every_attribute() -> None:
    """Its probabilities are read in the order of the vocabulary: a sure value speaks for itself and against the others."""
    seen = attributes_by_value(_certain_of(shoe_colour="red", bag="crossbody", direction="back", hat="helmet"))
    assert set(seen.scores) == set(AttributeName)
    assert seen.score(AttributeName.SHOE_COLOUR, "red") == pytest.approx(0.9)
    assert seen.score(AttributeName.SHOE_COLOUR, "blue") == pytest.approx(0.1)
    assert seen.score(AttributeName.BAG, "crossbody") == seen.score(AttributeName.HAT, "helmet") == pytest.approx(0.9)
    assert seen.score(AttributeName.DIRECTION, "back") > 0.5 > seen.score(AttributeName.DIRECTION, "front")


def test_evenly_shared_probability_is_unknown_however_many_values_there_are() -> None:
    """A twelfth for each colour says as little as a half for each gender."""
    seen = attributes_by_value(_certain_of())
    assert {score for values in seen.scores.values() for score in values.values()} == {0.5}
