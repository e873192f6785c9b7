"""What a word or a group of words can mean before the grammar puts meanings together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from haetae.domain.attributes import AttributeName
from haetae.language.understanding import NamedPlace

Ask = tuple[AttributeName, tuple[str, ...]]
"""An attribute and the values it may have."""


class Part(StrEnum):
    """What of a person a thing is worn on, or what it is. It decides which attribute its colour belongs to."""

    UPPER = "upper"
    LOWER = "lower"
    WHOLE = "whole"  # a suit: the colour is that of both halves
    SHOES = "shoes"
    HAIR = "hair"
    CARRIED = "carried"  # bags, hats, glasses: no attribute for their colour


COLOUR_OF = {
    Part.UPPER: (AttributeName.UPPER_COLOUR,),
    Part.LOWER: (AttributeName.LOWER_COLOUR,),
    Part.WHOLE: (AttributeName.UPPER_COLOUR, AttributeName.LOWER_COLOUR),
    Part.SHOES: (AttributeName.SHOE_COLOUR,),
}


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour of the vocabulary, or several that the word may stand for. `adnominal`: its noun always follows it."""

    values: tuple[str, ...]
    adnominal: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is worn, carried or grown. `colour` is the one it has where none is said (jeans are blue)."""

    part: Part
    asks: tuple[Ask, ...] = ()
    colour: str | None = None
    generic: bool = False  # "top", "shoes": says where, not what


@dataclass(frozen=True, slots=True)
class Trait:
    """A word for the person: gender, age band, direction. A higher `weight` wins over a lower one that says something else."""

    asks: tuple[Ask, ...]
    weight: int = 2


@dataclass(frozen=True, slots=True)
class Length:
    """Long or short: hair, trousers."""

    is_long: bool


class Reach(StrEnum):
    """What a negation denies."""

    AHEAD = "ahead"  # English "no", "without": the thing that follows
    BACK = "back"  # Korean "안 썼음", "없음": the thing before it
    BACK_EQUAL = "back-equal"  # "아니라", "말고": whatever stands before it, a colour too


@dataclass(frozen=True, slots=True)
class Negation:
    """Something is not so."""

    reach: Reach


class GlueKind(StrEnum):
    """Words that hold sentences together and ask nothing."""

    PARTICLE = "particle"
    TOPIC = "topic"  # 은/는/이/가, "is", ":" - what follows is said of what stands before
    JOINING = "joining"  # 와/과/이나, "and", "or"
    ENDING = "ending"  # 에, "and": the next thing begins
    VERB = "verb"
    ARTICLE = "article"
    FILLER = "filler"
    BREAK = "break"  # a comma


@dataclass(frozen=True, slots=True)
class Glue:
    """A word that asks nothing."""

    kind: GlueKind


@dataclass(frozen=True, slots=True)
class Pronoun:
    """ "One": the thing that was named before."""


@dataclass(frozen=True, slots=True)
class Carrying:
    """ "안은", "업은": the person named before it is somebody else."""


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place that the caller knows."""

    place: NamedPlace


@dataclass(frozen=True, slots=True)
class PlaceNoun:
    """A word that names a place by its kind: a station, a park."""


@dataclass(frozen=True, slots=True)
class PlaceMark:
    """ "Near", 근처. `sure`: what it stands with is a place whatever it is; `ahead`: the place follows (English)."""

    sure: bool
    ahead: bool


@dataclass(frozen=True, slots=True)
class Beyond:
    """A word that is understood and has no attribute: a walking stick, a height. With `unknown`, a word nobody has told us of."""

    unknown: bool = False
