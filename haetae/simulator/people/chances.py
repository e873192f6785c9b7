"""How often what is worn: natural frequencies, mostly black, grey, navy and white, two garments in three plain.

What a network is trained on decides what it expects, so nothing here is rarer than people meet it, and hats, bags and glasses are
somewhat more frequent than in most streets: seeds are cheap, seeing a helmet once is not enough.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from haetae.domain.attributes import VALUES, AttributeName
from haetae.errors import Refused
from haetae.simulator.people.outfits import Chances, outfit, work_clothes
from haetae.simulator.people.palette import colour_of, toned
from haetae.simulator.people.person import Body, Identity
from haetae.simulator.people.wardrobe import Face, Hair, HairKind

_AGES: Mapping[str, float] = {"child": 0.14, "teenager": 0.14, "young_adult": 0.32, "middle_aged": 0.24, "old": 0.16}
_SKINS = (
    (150, 180, 222), (146, 176, 218), (140, 168, 210), (132, 160, 204), (120, 150, 196), (98, 126, 172), (70, 94, 138),
    (48, 64, 100), (34, 46, 74), (158, 190, 232),
)  # fmt: skip
_SKIN_WEIGHTS = (0.17, 0.17, 0.17, 0.12, 0.1, 0.06, 0.06, 0.05, 0.03, 0.07)
_HAIR_TONES = {
    "dark": (22, 20, 20),
    "soft": (30, 30, 34),
    "brown": (36, 46, 62),
    "chestnut": (48, 68, 98),
    "fair": (92, 128, 158),
}
_HAIR_WEIGHTS = (0.42, 0.26, 0.17, 0.1, 0.05)
_GREYING = (102, 103, 106)  # pepper and salt: between the young's dark hair and the old's
_GREYS = ((176, 176, 176), (196, 196, 196), (216, 217, 217))
_STATURES = {"child": (1.0, 1.38), "teenager": (1.48, 1.72)}
_SLIM = {"child": 0.0, "teenager": -0.08}
_STOUT = {"young_adult": 0.0, "middle_aged": 0.24, "old": 0.10}


def drawn_identity(seed: int, *, worker: bool, age_band: str | None) -> Identity:
    """The person of a seed; see `identity`."""
    rng = np.random.default_rng([seed, 0x9E0])
    bands = VALUES[AttributeName.AGE_BAND]
    drawn_band = bands[int(rng.choice(len(bands), p=[_AGES[band] for band in bands]))]
    if age_band is not None and age_band not in bands:
        raise Refused(f"The age bands are {', '.join(bands)}; not '{age_band}'.", status=422, kind="unknown-age-band")
    band = age_band or drawn_band
    if worker and age_band is None and band in ("child", "teenager"):
        band = "middle_aged"
    female = bool(rng.random() < (0.2 if worker else 0.5))
    chances = Chances(rng, female=female, age_band=band)
    hair = _hair(chances)
    clothes = work_clothes(chances) if worker else outfit(chances, bald=hair.kind == HairKind.BALD)
    return Identity(
        seed=seed,
        gender="female" if female else "male",
        age_band=band,
        body=_body(chances),
        face=_face(chances),
        hair=hair,
        **clothes,
    )


def _body(chances: Chances) -> Body:
    rng, band = chances.rng, chances.age_band
    femininity = rng.uniform(0.85, 1.0) if chances.female else rng.uniform(0.0, 0.15)
    if band in _STATURES:
        stature = rng.uniform(*_STATURES[band]) + (0.0 if chances.female else 0.03)
        build = float(np.clip(rng.normal(_SLIM[band], 0.07), -0.15, 0.35))
        femininity = femininity * 0.25 if band == "child" else femininity * 0.85
        return Body(float(stature), float(femininity), build)
    stature = float(np.clip(rng.normal(1.62 if chances.female else 1.745, 0.058), 1.46, 1.95))
    build = float(np.clip(rng.normal(_STOUT[band], 0.085), -0.15, 0.45))
    old = band == "old"
    return Body(stature - 0.05 * old, float(femininity), build, float(rng.uniform(16, 36)) if old else 0.0)


def _face(chances: Chances) -> Face:
    rng = chances.rng
    skin = np.array(_SKINS[int(rng.choice(len(_SKINS), p=_SKIN_WEIGHTS))]) * rng.uniform(0.94, 1.05)
    grown_man = not chances.female and chances.age_band not in ("child", "teenager")
    beard = float(chances.one_of({0.0: 0.6, 0.3: 0.25, 0.8: 0.15})) if grown_man else 0.0
    mask = toned(chances.one_of({"white": 0.6, "black": 0.4}), rng) if rng.random() < 0.08 else None
    return Face(colour_of(np.clip(skin, 20, 245)), beard, mask)


def _hair(chances: Chances) -> Hair:
    rng, band = chances.rng, chances.age_band
    tone = list(_HAIR_TONES.values())[int(rng.choice(len(_HAIR_TONES), p=_HAIR_WEIGHTS))]
    if band == "old":
        tone = _GREYS[int(rng.integers(3))]
    elif band == "middle_aged":
        tone = _GREYING
    if chances.female:
        short = 0.25 if band == "old" else 0.05
        kinds = {HairKind.SHORT: short, HairKind.BOB: 0.38, HairKind.LONG: 0.57 - short, HairKind.PONYTAIL: 0.05}
    else:
        bald = {"old": 0.4, "middle_aged": 0.2, "young_adult": 0.05}.get(band, 0.01)
        kinds = {HairKind.SHORT: 0.97 - bald, HairKind.BOB: 0.02, HairKind.LONG: 0.01, HairKind.BALD: bald}
    kind = chances.one_of(kinds)
    shade = np.clip(np.array(tone) * rng.uniform(0.85, 1.12), 12, 240)
    return Hair(kind, colour_of(shade), float(rng.uniform(0, 1)))
