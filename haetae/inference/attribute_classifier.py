"""What a person looks like in words, as far as the network can tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from haetae.domain.attributes import UNKNOWN_SCORE, AttributeName, Attributes
from haetae.domain.frame import Pixels
from haetae.inference.crops import input_size_for, stretched
from haetae.inference.port import Array, Inference
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
    """Attributes by the crossroad network, whose overconfident probabilities are drawn towards unknown by its own figures."""

    def __init__(self, inference: Inference, name: str, *, deadline_s: float = 5.0) -> None:
        """Raises Misconfigured where the catalogue has no such network."""
        self._inference = inference
        self._name = name
        self._size = input_size_for(name, Task.ATTRIBUTES)
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
        return [attributes_of(row) for row in outputs["scores"]]


def attributes_of(probabilities: Array) -> Attributes:
    """The network's eight probabilities as attributes with softened scores; "none" of bags speaks where neither kind is seen."""
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


def _softened(probability: float, trust: float) -> float:
    """0.5 + trust x (p - 0.5), clipped: a network that is right four times in five never says more than .9."""
    certain = min(1.0, max(0.0, probability))
    return round(UNKNOWN_SCORE + trust * (certain - UNKNOWN_SCORE), 4)
