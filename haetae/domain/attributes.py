"""What a person looks like in words: a closed vocabulary with a score for each word.

The names and values are those of the attribute table of Korean multi-CCTV person search (gender, clothing and its colours, hair,
hat, glasses, bag, shoes, direction, age band).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from haetae.errors import Refused

UNKNOWN_SCORE = 0.5
"""The score of a value that nothing is known about: neither for nor against."""


class AttributeName(StrEnum):
    """What can be asked about a person."""

    GENDER = "gender"
    AGE_BAND = "age_band"
    UPPER_TYPE = "upper_type"
    UPPER_COLOUR = "upper_colour"
    LOWER_TYPE = "lower_type"
    LOWER_COLOUR = "lower_colour"
    OUTERWEAR = "outerwear"
    HAIR = "hair"
    HAT = "hat"
    GLASSES = "glasses"
    BAG = "bag"
    SHOE_COLOUR = "shoe_colour"
    DIRECTION = "direction"


COLOURS = ("black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "beige")

VALUES: Mapping[AttributeName, tuple[str, ...]] = {
    AttributeName.GENDER: ("male", "female"),
    AttributeName.AGE_BAND: ("child", "teenager", "young_adult", "middle_aged", "old"),
    AttributeName.UPPER_TYPE: ("long_sleeve", "short_sleeve", "sleeveless", "one_piece"),
    AttributeName.UPPER_COLOUR: COLOURS,
    AttributeName.LOWER_TYPE: ("long_trousers", "short_trousers", "skirt"),
    AttributeName.LOWER_COLOUR: COLOURS,
    AttributeName.OUTERWEAR: ("coat", "vest", "none"),
    AttributeName.HAIR: ("short", "bob", "long", "bald"),
    AttributeName.HAT: ("hat", "helmet", "none"),
    AttributeName.GLASSES: ("plain", "sunglasses", "none"),
    AttributeName.BAG: ("backpack", "handbag", "crossbody", "bag", "none"),
    AttributeName.SHOE_COLOUR: COLOURS,
    AttributeName.DIRECTION: ("front", "side", "back"),
}
"""The values an attribute can take. An attribute absent from a sighting is unknown."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """Scores 0-1 by attribute and value; values of one attribute need not sum to 1. `model` says what they were read by."""

    scores: Mapping[AttributeName, Mapping[str, float]] = field(default_factory=dict)

    def score(self, name: AttributeName, value: str) -> float:
        """How certain it is that the attribute has the value: 0-1, UNKNOWN_SCORE where nothing is known."""
        return self.scores.get(name, {}).get(value, UNKNOWN_SCORE)

    def merged(self, other: Attributes) -> Attributes:
        """These attributes and those of `other`, which win where both speak."""
        return Attributes({**self.scores, **other.scores})


@dataclass(frozen=True, slots=True)
class AttributeCondition:
    """What the operator asks of one attribute: any of `values`, or none of them where `negated`.

    `required` excludes sightings that speak against it; otherwise it only moves them in the order.
    """

    name: AttributeName
    values: tuple[str, ...]
    negated: bool = False
    required: bool = False

    def __post_init__(self) -> None:
        unknown = [value for value in self.values if value not in VALUES[self.name]]
        if unknown or not self.values:
            raise Refused(
                f"'{self.name}' takes {', '.join(VALUES[self.name])}; not {', '.join(unknown) or 'nothing'}.",
                status=422,
                kind="unknown-attribute-value",
            )

    def evidence(self, attributes: Attributes) -> float:
        """How far the attributes speak for the condition: 0 against, 0.5 unknown, 1 for."""
        scores = attributes.scores.get(self.name)
        if scores is None:
            return UNKNOWN_SCORE
        best = max(scores.get(value, UNKNOWN_SCORE) for value in self.values)
        return 1.0 - best if self.negated else best


def condition(text: str, *, required: bool = False) -> AttributeCondition:
    """A condition as people write it: "upper_colour=red", "upper_colour=red|orange", "not bag=backpack". Raises Refused (422)."""
    words = text.strip()
    negated = words.lower().startswith("not ")
    name, equals, values = (words[4:] if negated else words).strip().partition("=")
    if not equals or name.strip() not in VALUES:
        raise Refused(
            f"'{text}' is no condition such as upper_colour=red or 'not bag=backpack'; "
            f"the attributes are {', '.join(AttributeName)}.",
            status=422,
            kind="unknown-attribute",
        )
    asked = tuple(value.strip() for value in values.split("|"))
    return AttributeCondition(AttributeName(name.strip()), asked, negated, required)
