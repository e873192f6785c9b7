"""What a person looks like in words, as far as the network can tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from haetae.domain.attributes import UNKNOWN_SCORE, VALUES, AttributeName, Attributes
from haetae.domain.frame import Pixels
from haetae.inference.crops import input_size_for, stretched
from haetae.inference.port import Array, Inference
from haetae.models.networks import network
from haetae.models.spec import IMAGES, Task


class _Reading(NamedTuple):
    """One of the network's eight probabilities: what it speaks for and against, and how far it can be trusted.

    `trust` is 2 x F1 - 1 of the published F1 (an F1 of .5 says nothing), at most .8: published on other cameras than ours.
    """

    name: AttributeName
    yes: str
    no: str | None
    trust: float


_READINGS = (
    _Reading(AttributeName.GENDER, "male", "female", 0.80),
    _Reading(AttributeName.BAG, "bag", None, 0.32),
    _Reading(AttributeName.BAG, "backpack", None, 0.54),
    _Reading(AttributeName.HAT, "hat", "none", 0.28),
    _Reading(AttributeName.UPPER_TYPE, "long_sleeve", "short_sleeve", 0.10),  # published F1 .21: hardly a hint
    _Reading(AttributeName.LOWER_TYPE, "long_trousers", "short_trousers", 0.66),
    _Reading(AttributeName.HAIR, "long", "short", 0.66),
    _Reading(AttributeName.OUTERWEAR, "coat", "none", 0.20),  # no published figure
)


class AttributeClassifier:
    """Attributes by a network of the catalogue, its probabilities drawn towards unknown as far as it cannot be trusted.

    The crossroad network tells seven attributes; the built-in one all of the vocabulary, direction and colours included.
    """

    def __init__(self, inference: Inference, name: str, *, deadline_s: float = 5.0) -> None:
        """Raises Misconfigured where the catalogue has no such network."""
        self._inference = inference
        self._name = name
        self._size = input_size_for(name, Task.ATTRIBUTES)
        self._output = network(name).spec.outputs[0].name
        self._read = attributes_of if self._output == "scores" else attributes_by_value
        self._deadline_s = deadline_s

    @property
    def model_name(self) -> str:
        """Name and version of what serves now. Raises Transient, Misconfigured."""
        return f"{self._name}@{self._inference.version(self._name)}"

    def classify(self, crops: Sequence[Pixels]) -> list[Attributes]:
        """Soft scores for each crop, in order. Raises Transient and Overloaded."""
        if not crops:
            return []
        images = stretched(crops, self._size)
        outputs = self._inference.infer(self._name, {IMAGES: images}, deadline_s=self._deadline_s)
        return [self._read(row) for row in outputs[self._output]]


def attributes_of(probabilities: Array) -> Attributes:
    """The crossroad network's eight probabilities as attributes with softened scores.

    "none" of bags speaks where neither kind is seen.
    """
    scores: dict[AttributeName, dict[str, float]] = {}
    for reading, probability in zip(_READINGS, probabilities.tolist(), strict=True):
        score = _softened(probability, reading.trust)
        values = scores.setdefault(reading.name, {})
        values[reading.yes] = score
        if reading.no is not None:
            values[reading.no] = round(1.0 - score, 4)
    bags = scores[AttributeName.BAG]
    bags["none"] = round(1.0 - max(bags.values()), 4)
    return Attributes(scores)


_OWN_TRUST = 0.8  # of the built-in network, which has learnt most of what it knows from drawn people


def attributes_by_value(probabilities: Array) -> Attributes:
    """The probabilities of all values, attribute by attribute as in VALUES, as attributes with softened scores.

    The values of an attribute share one probability, so a twelfth says of a colour what a half says of a gender: nothing. The
    score is the probability that there would be if the value and all others together were equally likely beforehand.
    """
    scores: dict[AttributeName, dict[str, float]] = {}
    start = 0
    for name, values in VALUES.items():
        shares = probabilities[start : start + len(values)].tolist()
        scores[name] = {value: _softened(_evened(p, len(values)), _OWN_TRUST) for value, p in zip(values, shares, strict=True)}
        start += len(values)
    return Attributes(scores)


def _evened(probability: float, n_values: int) -> float:
    weighted = probability * (n_values - 1)
    return weighted / (weighted + max(0.0, 1.0 - probability)) if weighted > 0 else 0.0


def _softened(probability: float, trust: float) -> float:
    """0.5 + trust x (p - 0.5), clipped: a network that is right four times in five never says more than .9."""
    certain = min(1.0, max(0.0, probability))
    return round(UNKNOWN_SCORE + trust * (certain - UNKNOWN_SCORE), 4)
