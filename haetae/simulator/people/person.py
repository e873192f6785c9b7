"""Somebody: body, face and clothes, and the truth about them in the product's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from haetae.domain.attributes import AttributeName
from haetae.simulator.people.palette import Colour
from haetae.simulator.people.wardrobe import (
    Bag,
    BagKind,
    Eyewear,
    EyewearKind,
    Face,
    Hair,
    HairKind,
    Headgear,
    HeadgearKind,
    Lower,
    LowerKind,
    OuterKind,
    Outerwear,
    Shoes,
    Upper,
    UpperKind,
)


@dataclass(frozen=True, slots=True)
class Body:
    """`femininity` 0-1 of the shape, `build` -0.15 thin to 0.45 stout."""

    stature_m: float
    femininity: float
    build: float
    stoop_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Identity:
    """One person. The same seed gives the same person, everywhere and always."""

    seed: int
    gender: str
    age_band: str
    body: Body
    face: Face
    hair: Hair
    upper: Upper
    lower: Lower
    shoes: Shoes
    outerwear: Outerwear | None = None
    headgear: Headgear | None = None
    eyewear: Eyewear | None = None
    bag: Bag | None = None

    @property
    def stature_m(self) -> float:
        return self.body.stature_m

    @property
    def build(self) -> float:
        return self.body.build

    @property
    def outermost(self) -> Upper | Outerwear:
        """The garment that covers most of the trunk."""
        return self.outerwear or self.upper

    @property
    def attributes(self) -> Mapping[AttributeName, str]:
        """The truth, all but the direction (which is the view's). The upper colour is that of the outermost garment."""
        return {
            AttributeName.GENDER: self.gender,
            AttributeName.AGE_BAND: self.age_band,
            AttributeName.UPPER_TYPE: self._upper_type,
            AttributeName.UPPER_COLOUR: self.outermost.colour.name,
            AttributeName.LOWER_TYPE: _LOWER_TYPES[self.lower.kind],
            AttributeName.LOWER_COLOUR: self._lower_colour.name,
            AttributeName.OUTERWEAR: "none" if self.outerwear is None else _OUTERWEAR[self.outerwear.kind],
            AttributeName.HAIR: _HAIR[self.hair.kind],
            AttributeName.HAT: _hat(self.headgear),
            AttributeName.GLASSES: "none" if self.eyewear is None else _EYEWEAR[self.eyewear.kind],
            AttributeName.BAG: "none" if self.bag is None else _BAGS[self.bag.kind],
            AttributeName.SHOE_COLOUR: self.shoes.colour.name,
        }

    @property
    def _upper_type(self) -> str:
        if self.upper.kind == UpperKind.DRESS:
            return "one_piece"
        if self.outerwear is not None and self.outerwear.has_sleeves:
            return "long_sleeve"
        if self.upper.sleeve == 0:
            return "sleeveless"
        return "long_sleeve" if self.upper.sleeve > 1 else "short_sleeve"

    @property
    def _lower_colour(self) -> Colour:
        return self.upper.colour if self.lower.kind == LowerKind.UNDER_DRESS else self.lower.colour


def _hat(headgear: Headgear | None) -> str:
    if headgear is None:
        return "none"
    return "helmet" if headgear.kind == HeadgearKind.HELMET else "hat"


_LOWER_TYPES = {
    LowerKind.TROUSERS: "long_trousers",
    LowerKind.JEANS: "long_trousers",
    LowerKind.LEGGINGS: "long_trousers",
    LowerKind.SHORTS: "short_trousers",
    LowerKind.SKIRT: "skirt",
    LowerKind.UNDER_DRESS: "skirt",
}
_OUTERWEAR = {
    OuterKind.JACKET: "coat",
    OuterKind.COAT: "coat",
    OuterKind.PADDED_COAT: "coat",
    OuterKind.PADDED_VEST: "vest",
    OuterKind.WORK_VEST: "vest",
}
_HAIR = {
    HairKind.SHORT: "short",
    HairKind.BOB: "bob",
    HairKind.LONG: "long",
    HairKind.PONYTAIL: "long",
    HairKind.BALD: "bald",
}
_EYEWEAR = {EyewearKind.GLASSES: "plain", EyewearKind.SUNGLASSES: "sunglasses"}
_BAGS = {
    BagKind.BACKPACK: "backpack",
    BagKind.HANDBAG: "handbag",
    BagKind.CROSSBODY: "crossbody",
    BagKind.TOTE: "bag",
    BagKind.DUFFEL: "bag",
}
