"""Clothes that go together: an outfit of the street and one of a building site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict, TypeVar

import numpy as np

from haetae.simulator.people.fashion import (
    BAG_TONES,
    BRIGHT,
    HAT_TONES,
    JEANS,
    KNITTED,
    LOWER_TONES,
    OUTER_TONES,
    PATTERNS,
    SHOE_TONES,
    TOTE_TONES,
    UPPER_TONES,
    WOMENS,
    YOUNG_PATTERNS,
)
from haetae.simulator.people.palette import Colour, colour_of, toned
from haetae.simulator.people.wardrobe import (
    Bag,
    BagKind,
    Eyewear,
    EyewearKind,
    Headgear,
    HeadgearKind,
    Lower,
    LowerKind,
    OuterKind,
    Outerwear,
    Pattern,
    PatternKind,
    ShoeKind,
    Shoes,
    Upper,
    UpperKind,
)

_Choice = TypeVar("_Choice")
_TRIES = 8  # to find a colour that stands out against its neighbour


class Clothes(TypedDict):
    """All that is worn."""

    upper: Upper
    lower: Lower
    shoes: Shoes
    outerwear: Outerwear | None
    headgear: Headgear | None
    eyewear: Eyewear | None
    bag: Bag | None


@dataclass(frozen=True, slots=True)
class Chances:
    """The dice of one person, who is known so far by sex and age."""

    rng: np.random.Generator
    female: bool
    age_band: str

    def one_of(self, weights: Mapping[_Choice, float]) -> _Choice:
        """One key, as often as its weight says."""
        keys, shares = list(weights), np.array(list(weights.values()), dtype=np.float64)
        return keys[int(self.rng.choice(len(keys), p=shares / shares.sum()))]

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def true(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def dyed(self, weights: Mapping[str, float], beside: Colour | None = None) -> Colour:
        """A garment's colour: the tone as often as its weight says, in a shade of its own; it differs from `beside`."""
        colour = toned(self.one_of(weights), self.rng)
        for _ in range(_TRIES):
            if beside is None or colour.differs_from(beside):
                break
            colour = toned(self.one_of(weights), self.rng)
        return colour

    @property
    def young(self) -> bool:
        return self.age_band in ("child", "teenager")


def outfit(chances: Chances, *, bald: bool) -> Clothes:
    """Clothes of the street; someone bald mostly shows it."""
    warm = chances.true(0.55)
    uniform = chances.age_band == "teenager" and chances.true(0.65)
    upper = _school_shirt(chances, warm=warm) if uniform else _upper(chances, warm=warm)
    lower = _school_lower(chances) if uniform else _lower(chances, upper)
    outerwear = _outerwear(chances, upper, uniform=uniform) if chances.true(0.16 if warm else 0.62) else None
    if outerwear is not None and (upper.kind == UpperKind.DRESS or (outerwear.hem_m < 0.75 and lower.kind == LowerKind.SHORTS)):
        outerwear = None  # a closed coat over a dress could be over anything
    headgear = _hat(chances) if chances.true(0.08 if bald else 0.24) else None
    dim = {"old": 0.34, "middle_aged": 0.26}.get(chances.age_band, 0.15)
    kind = chances.one_of({None: 0.9 - dim, EyewearKind.GLASSES: dim, EyewearKind.SUNGLASSES: 0.10})
    return Clothes(
        upper=upper,
        lower=lower,
        shoes=_shoes(chances),
        outerwear=outerwear,
        headgear=headgear,
        eyewear=None if kind is None else _eyewear(chances, kind),
        bag=_bag(chances, upper if outerwear is None else outerwear),
    )


def _school_shirt(chances: Chances, *, warm: bool) -> Upper:
    """A white shirt, short-sleeved in summer."""
    sleeve = chances.uniform(0.55, 0.75) if warm else 1.94
    return Upper(UpperKind.SHIRT, chances.dyed({"white": 1}), sleeve, chances.uniform(0.01, 0.02), chances.uniform(0.86, 0.93))


def _school_lower(chances: Chances) -> Lower:
    colour = chances.dyed({"navy": 2, "grey": 1.5, "charcoal": 1.5, "black": 1})
    if not chances.female:
        return Lower(LowerKind.TROUSERS, colour, chances.uniform(0.014, 0.026), 0.1, belt=True)
    pattern = Pattern(PatternKind.CHECK, chances.dyed({"grey": 1, "white": 1, "maroon": 1}), 0.08) if chances.true(0.4) else None
    return Lower(LowerKind.SKIRT, colour, 0.0, chances.uniform(0.50, 0.62), pattern, chances.uniform(0.10, 0.18))


def work_clothes(chances: Chances) -> Clothes:
    """Clothes of a building site: helmet and work vest nearly always, or there were nothing to tell."""
    shade = {"black": 1, "navy": 2, "grey": 2, "charcoal": 1, "olive": 0.6, "blue": 1, "beige": 0.6}
    sleeve = 1.95 if chances.true(0.7) else chances.uniform(0.55, 0.75)
    upper = Upper(UpperKind.SWEATER if sleeve > 1 else UpperKind.T_SHIRT, chances.dyed(shade), sleeve, 0.014, 0.9)
    lower = Lower(LowerKind.TROUSERS, chances.dyed(shade), chances.uniform(0.02, 0.034), 0.1, belt=True)
    vested, shelled = chances.true(0.9), chances.true(0.92)
    shell = chances.dyed({"shell_yellow": 0.36, "shell_white": 0.32, "shell_blue": 0.18, "shell_red": 0.14})
    vest = chances.dyed({"safety_orange": 0.5, "safety_green": 0.3, "safety_yellow": 0.2})
    return Clothes(
        upper=upper,
        lower=lower,
        shoes=_shoes(chances),
        outerwear=Outerwear(OuterKind.WORK_VEST, vest, 0.03, chances.uniform(0.80, 0.88)) if vested else None,
        headgear=Headgear(HeadgearKind.HELMET, shell) if shelled else None,
        eyewear=_eyewear(chances, EyewearKind.GLASSES) if chances.true(0.15) else None,
        bag=_bag(chances, upper) if chances.true(0.1) else None,
    )


def _upper(chances: Chances, *, warm: bool) -> Upper:
    u = chances.uniform
    dress = 0.16 if chances.female else 0.0
    if warm:
        kinds = {UpperKind.T_SHIRT: 0.6, UpperKind.TANK_TOP: 0.14, UpperKind.SHIRT: 0.12, UpperKind.SWEATER: 0.08}
    else:
        kinds = {UpperKind.T_SHIRT: 0.12, UpperKind.SHIRT: 0.26, UpperKind.SWEATER: 0.34, UpperKind.HOODIE: 0.22}
    if chances.age_band in ("middle_aged", "old"):
        kinds = {**kinds, UpperKind.SHIRT: 0.50, UpperKind.HOODIE: 0.0, UpperKind.TANK_TOP: 0.05}
    elif chances.age_band == "teenager" and not warm:
        kinds[UpperKind.HOODIE] = 1.2
    elif chances.age_band == "young_adult":
        kinds[UpperKind.HOODIE] = 0.04
    kind = chances.one_of({**kinds, UpperKind.DRESS: dress})
    tones = (
        {**UPPER_TONES, **{tone: 2 * UPPER_TONES.get(tone, 0.3) for tone in BRIGHT}}
        if chances.age_band == "child"
        else UPPER_TONES
    )
    if chances.female:
        tones = {tone: weight * WOMENS.get(tone, 1.0) for tone, weight in tones.items()}
    colour = chances.dyed(tones)
    share = {"child": 0.5, "teenager": 0.9}.get(chances.age_band, 0.27)
    kinds_worn = YOUNG_PATTERNS if chances.young else PATTERNS
    pattern = Pattern(chances.one_of(kinds_worn), chances.dyed(tones, colour), u(0.05, 0.12)) if chances.true(share) else None
    ease = {UpperKind.HOODIE: (0.022, 0.036), UpperKind.DRESS: (0.004, 0.012), UpperKind.TANK_TOP: (0.004, 0.012)}
    hem = {UpperKind.HOODIE: (0.83, 0.90), UpperKind.DRESS: (0.38, 0.62), UpperKind.TANK_TOP: (0.86, 0.95)}
    sleeve = {
        UpperKind.T_SHIRT: u(0.5, 0.8),
        UpperKind.TANK_TOP: 0.0,
        UpperKind.DRESS: chances.one_of({0.0: 0.3, 0.5: 0.35, 1.9: 0.35}),
    }
    return Upper(
        kind,
        colour,
        sleeve.get(kind, 1.94),
        u(*ease.get(kind, (0.008, 0.022))),
        u(*hem.get(kind, (0.83, 0.93))),
        pattern,
        u(0.0, 0.05) + 0.03 * chances.female,
        u(0.06, 0.16),
    )


def _lower(chances: Chances, upper: Upper) -> Lower:
    u = chances.uniform
    if upper.kind == UpperKind.DRESS:
        return Lower(LowerKind.UNDER_DRESS, upper.colour, 0.0, upper.hem_m)
    kinds = {LowerKind.TROUSERS: 0.40, LowerKind.JEANS: 0.40, LowerKind.LEGGINGS: 0.02, LowerKind.SHORTS: 0.02}
    if chances.female:
        kinds = {
            LowerKind.TROUSERS: 0.26,
            LowerKind.JEANS: 0.30,
            LowerKind.LEGGINGS: 0.18,
            LowerKind.SHORTS: 0.02,
            LowerKind.SKIRT: 0.22,
        }
    if upper.sleeve < 1 and chances.age_band != "old":
        kinds[LowerKind.SHORTS] = 0.34
    if chances.age_band == "old":
        kinds[LowerKind.LEGGINGS], kinds[LowerKind.JEANS] = 0.0, 0.15
    kind = chances.one_of(kinds)
    tones = JEANS if kind == LowerKind.JEANS or (kind == LowerKind.SHORTS and chances.true(0.3)) else LOWER_TONES
    colour = chances.dyed(tones, upper.colour if kind == LowerKind.SKIRT else None)  # of one colour they were a dress
    ease = {
        LowerKind.TROUSERS: u(0.014, 0.034),
        LowerKind.JEANS: u(0.006, 0.022),
        LowerKind.LEGGINGS: 0.001,
        LowerKind.SHORTS: u(0.014, 0.032),
    }
    hem = {LowerKind.SKIRT: u(0.36, 0.66), LowerKind.SHORTS: u(0.50, 0.62)}
    pattern = (
        Pattern(PatternKind.CHECK, chances.dyed(UPPER_TONES), u(0.05, 0.1))
        if kind == LowerKind.SKIRT and chances.true(0.25)
        else None
    )
    return Lower(kind, colour, ease.get(kind, 0.0), hem.get(kind, 0.1), pattern, u(0.05, 0.17), chances.true(0.4))


def _outerwear(chances: Chances, upper: Upper, *, uniform: bool) -> Outerwear:
    u = chances.uniform
    kind = chances.one_of(
        {
            OuterKind.JACKET: 0.4,
            OuterKind.COAT: 0.26,
            OuterKind.PADDED_COAT: 0.16,
            OuterKind.PADDED_VEST: 0.12,
            OuterKind.WORK_VEST: 0.04,
        }
    )
    if uniform:
        blazer = chances.dyed({"navy": 3, "charcoal": 1, "black": 1})
        return Outerwear(OuterKind.JACKET, blazer, u(0.022, 0.030), u(0.78, 0.84), chances.one_of({0.04: 0.5, 0.055: 0.5}))
    if kind == OuterKind.WORK_VEST:
        colour = chances.dyed({"safety_orange": 0.5, "safety_green": 0.35, "safety_yellow": 0.15})
        return Outerwear(kind, colour, 0.03, u(0.80, 0.88))
    colour = chances.dyed(OUTER_TONES, upper.colour)
    ease = {OuterKind.PADDED_COAT: (0.045, 0.06), OuterKind.COAT: (0.028, 0.04), OuterKind.PADDED_VEST: (0.035, 0.05)}
    hem = {OuterKind.COAT: (0.40, 0.64), OuterKind.PADDED_COAT: (0.38, 0.88), OuterKind.PADDED_VEST: (0.86, 0.93)}
    opening = chances.one_of({0.0: 0.3, 0.04: 0.35, 0.06: 0.35})
    return Outerwear(kind, colour, u(*ease.get(kind, (0.022, 0.035))), u(*hem.get(kind, (0.82, 0.93))), opening)


def _hat(chances: Chances) -> Headgear:
    kinds = {HeadgearKind.CAP: 0.45, HeadgearKind.BUCKET_HAT: 0.14, HeadgearKind.BEANIE: 0.2, HeadgearKind.SUN_HAT: 0.1}
    if chances.age_band == "old" or chances.female:
        kinds[HeadgearKind.SUN_HAT] = 0.35
    kinds[HeadgearKind.HELMET] = 0.08
    kind = chances.one_of(kinds)
    if kind == HeadgearKind.HELMET:
        return Headgear(kind, chances.dyed({"shell_yellow": 0.3, "shell_white": 0.36, "shell_blue": 0.18, "shell_red": 0.16}))
    tones = {"beige": 2, "tan": 1.5, "white": 1, "cream": 1, "black": 1, "navy": 0.6, "brown": 0.6}
    if kind == HeadgearKind.BEANIE:
        return Headgear(kind, chances.dyed(KNITTED))
    return Headgear(kind, chances.dyed(tones if kind == HeadgearKind.SUN_HAT else HAT_TONES))


def _eyewear(chances: Chances, kind: EyewearKind) -> Eyewear:
    return Eyewear(kind, chances.dyed({"black": 4, "brown": 0.6}))


def _bag(chances: Chances, over: Upper | Outerwear) -> Bag | None:
    """A bag that stands out against the garment it is worn over."""
    kinds: dict[BagKind | None, float] = {
        None: 0.44,
        BagKind.BACKPACK: 0.2,
        BagKind.CROSSBODY: 0.12,
        BagKind.TOTE: 0.1,
        BagKind.DUFFEL: 0.03,
    }
    kinds[BagKind.HANDBAG] = 0.3 if chances.female and not chances.young else 0.01
    if chances.young:
        kinds[BagKind.BACKPACK] = 0.8 if chances.age_band == "teenager" else 0.4
    kind = chances.one_of(kinds)
    if kind is None:
        return None
    child = chances.age_band == "child"
    tones = TOTE_TONES if kind == BagKind.TOTE else {**BAG_TONES, **BRIGHT} if child else BAG_TONES
    return Bag(kind, chances.dyed(tones, over.colour), 1 if chances.true(0.5) else -1, chances.uniform(0.9, 1.1))


def _shoes(chances: Chances) -> Shoes:
    grown = 0.3 if chances.age_band in ("middle_aged", "old") else 0.0
    kinds = {ShoeKind.SNEAKER: 0.55 - grown, ShoeKind.LOW: 0.3 + grown, ShoeKind.BOOT: 0.15}
    kind = ShoeKind.SNEAKER if chances.age_band == "teenager" else chances.one_of(kinds)
    colour = chances.dyed({"black": 3, "brown": 2, "grey": 0.5} if kind == ShoeKind.BOOT else SHOE_TONES)
    white_sole = kind == ShoeKind.SNEAKER and chances.true(0.4)
    sole = colour_of((212, 213, 214) if white_sole else (38, 38, 38))
    return Shoes(kind, colour, sole, chances.dyed({"black": 1, "white": 1, "grey": 0.6}))
