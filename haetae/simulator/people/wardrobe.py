"""What can be worn: each piece typed, with its colours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from haetae.simulator.people.palette import Colour


class UpperKind(StrEnum):
    T_SHIRT = "t_shirt"
    TANK_TOP = "tank_top"
    SHIRT = "shirt"
    SWEATER = "sweater"
    HOODIE = "hoodie"
    DRESS = "dress"


class LowerKind(StrEnum):
    TROUSERS = "trousers"
    JEANS = "jeans"
    LEGGINGS = "leggings"
    SHORTS = "shorts"
    SKIRT = "skirt"
    UNDER_DRESS = "under_dress"


class OuterKind(StrEnum):
    JACKET = "jacket"
    COAT = "coat"
    PADDED_COAT = "padded_coat"
    PADDED_VEST = "padded_vest"
    WORK_VEST = "work_vest"


class HairKind(StrEnum):
    SHORT = "short"
    BOB = "bob"
    LONG = "long"
    PONYTAIL = "ponytail"
    BALD = "bald"


class HeadgearKind(StrEnum):
    CAP = "cap"
    SUN_HAT = "sun_hat"
    BUCKET_HAT = "bucket_hat"
    BEANIE = "beanie"
    HELMET = "helmet"


class EyewearKind(StrEnum):
    GLASSES = "glasses"
    SUNGLASSES = "sunglasses"


class BagKind(StrEnum):
    BACKPACK = "backpack"
    HANDBAG = "handbag"
    CROSSBODY = "crossbody"
    TOTE = "tote"
    DUFFEL = "duffel"


class ShoeKind(StrEnum):
    SNEAKER = "sneaker"
    LOW = "low"
    BOOT = "boot"


class PatternKind(StrEnum):
    STRIPES = "stripes"
    PINSTRIPES = "pinstripes"
    CHECK = "check"
    PRINT = "print"
    BLOCK = "block"
    LETTERS = "letters"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is on the cloth besides its own colour; `period_m` from stripe to stripe."""

    kind: PatternKind
    colour: Colour
    period_m: float = 0.08


@dataclass(frozen=True, slots=True)
class Upper:
    """The innermost garment that shows on the trunk. `sleeve`: 0 none, below 1 a share of the upper arm, 2 to the wrist;
    `hem_m` above the floor and `ease_m` from the skin, both on a body of 1.75 m."""

    kind: UpperKind
    colour: Colour
    sleeve: float
    ease_m: float
    hem_m: float
    pattern: Pattern | None = None
    neckline_m: float = 0.03
    flare: float = 0.1


@dataclass(frozen=True, slots=True)
class Lower:
    """`hem_m` above the floor on a body of 1.75 m."""

    kind: LowerKind
    colour: Colour
    ease_m: float
    hem_m: float
    pattern: Pattern | None = None
    flare: float = 0.12
    belt: bool = False


@dataclass(frozen=True, slots=True)
class Outerwear:
    """Worn over the upper garment. `opening_m`: half the width that stands open in front, 0 closed."""

    kind: OuterKind
    colour: Colour
    ease_m: float
    hem_m: float
    opening_m: float = 0.0

    @property
    def has_sleeves(self) -> bool:
        return self.kind not in (OuterKind.PADDED_VEST, OuterKind.WORK_VEST)


@dataclass(frozen=True, slots=True)
class Hair:
    kind: HairKind
    colour: Colour
    volume: float = 0.5


@dataclass(frozen=True, slots=True)
class Headgear:
    kind: HeadgearKind
    colour: Colour


@dataclass(frozen=True, slots=True)
class Eyewear:
    kind: EyewearKind
    colour: Colour


@dataclass(frozen=True, slots=True)
class Bag:
    """`side`: 1 left, -1 right; of a backpack meaningless."""

    kind: BagKind
    colour: Colour
    side: int = -1
    size: float = 1.0


@dataclass(frozen=True, slots=True)
class Shoes:
    kind: ShoeKind
    colour: Colour
    sole: Colour
    sock: Colour


@dataclass(frozen=True, slots=True)
class Face:
    """`beard` 0-1; `mask`: over mouth and nose."""

    skin: Colour
    beard: float = 0.0
    mask: Colour | None = None
