"""The banks that frames are made of: what goes into them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.imaging.letterbox import resized
from haetae.simulator.drawing.background import background
from haetae.simulator.drawing.light import LightKind, light
from haetae.simulator.drawing.response import response
from haetae.simulator.drawing.scenes import SCENES
from haetae.simulator.drawing.sprite import Sprite, sprite
from haetae.simulator.drawing.weather import weather
from haetae.simulator.people.figure import figure
from haetae.simulator.people.identity import identity
from haetae.simulator.people.postures import PostureKind, any_posture, style_of
from haetae.training.detection.clips import ClipFrames
from haetae.training.detection.composing.grounds import ground
from haetae.training.detection.composing.interiors import interior
from haetae.training.detection.composing.things import Cutout, thing
from haetae.training.detection.labels import shares_within
from haetae.training.detection.picture_bank import Picture

Rows = Iterator[tuple[Picture, Mapping[str, float]]]

SCENE, REAL, GROUND, INTERIOR = 0, 1, 2, 3
"""Sources of backgrounds."""

POSTURES: Mapping[PostureKind, float] = {
    PostureKind.WALK: 0.34,
    PostureKind.RUN: 0.04,
    PostureKind.STAND: 0.18,
    PostureKind.BEND: 0.06,
    PostureKind.CROUCH: 0.05,
    PostureKind.SIT: 0.10,
    PostureKind.LIE: 0.20,
    PostureKind.FALL: 0.03,
}
"""Shares of the sprite bank; column `posture` counts in this order."""

THINGS_VERSION = 2
"""Of how things are drawn; one more draws them anew."""

_FIGURE_CELL_M = 0.02
_SCENE_SIZE = ImageSize(width=560, height=352)
_WORKERS = 0.12
_HEIGHTS_PX = (45, 300)  # of a standing person
_LARGEST_PX = 420
_SMALLEST_PX = 10
_OUTDOOR_LIGHTS: Mapping[LightKind, float] = {"day": 0.5, "overcast": 0.3, "dusk": 0.12, "night": 0.08}
_TRIES = 60
_TOUCHED = 0.04  # of a person's box, at most, within a patch without people


def people(seeds: range, n_each: int) -> Rows:
    """Cut-outs of drawn people, `n_each` of each identity, in all postures, from all sides; 0.2 s an identity and 15 ms each."""
    kinds, shares = list(POSTURES), np.array(list(POSTURES.values()))
    for seed in seeds:
        rng = np.random.default_rng((seed, 4))
        who = identity(seed, worker=bool(rng.random() < _WORKERS))
        body, style = figure(who, levels=(_FIGURE_CELL_M,)), style_of(who)
        for kind in rng.choice(len(kinds), n_each, p=shares).tolist():
            height = math.exp(rng.uniform(*np.log(_HEIGHTS_PX)))
            drawn = sprite(body, any_posture(rng, kinds[kind], style), rng, height_px=float(height))
            if drawn is not None and min(drawn.bgra.shape[:2]) >= _SMALLEST_PX and max(drawn.bgra.shape[:2]) <= _LARGEST_PX:
                yield _cutout(drawn), {"posture": kind, "standing_px": drawn.standing_px}


def things(seed: int, n_things: int) -> Rows:
    """Cut-outs that are no people."""
    rng = np.random.default_rng((seed, 1))
    for _ in range(n_things):
        yield thing(rng), {"source": 0}


def scenes(seeds: range) -> Rows:
    """Places of the city, each with its own layout, light, weather and camera; some tenths of a second each."""
    names = sorted(SCENES)
    for seed in seeds:
        rng = np.random.default_rng((seed, 5))
        name = names[seed % len(names)]
        kinds, shares = list(_OUTDOOR_LIGHTS), list(_OUTDOOR_LIGHTS.values())
        lit = light("indoor" if SCENES[name].is_indoor else kinds[int(rng.choice(len(kinds), p=shares))], rng)
        sky = weather("clear" if rng.random() < 0.75 else (("rain", "snow", "fog")[int(rng.integers(3))]), rng)
        view = SCENES[name].a_view(rng, _SCENE_SIZE)
        yield background(name, view, lit, sky, response(rng), rng).pixels, {"source": SCENE}


def grounds(seed: int, n_grounds: int) -> Rows:
    """Flat drawn places outdoors."""
    rng = np.random.default_rng((seed, 2))
    for _ in range(n_grounds):
        yield ground(rng), {"source": GROUND}


def interiors(seed: int, n_interiors: int) -> Rows:
    """Flat drawn places indoors."""
    rng = np.random.default_rng((seed, 6))
    for _ in range(n_interiors):
        yield interior(rng), {"source": INTERIOR}


def patches(clips: ClipFrames, seed: int, n_each: int, *, held_out: bool) -> Rows:
    """Parts of real frames in which the teachers see nobody, not even doubtfully."""
    rng = np.random.default_rng((seed, 3))
    for clip in np.unique(clips.bank.columns["clip"]).tolist():
        members = clips.of_clip(int(clip), held_out=held_out)
        for _ in range(n_each if len(members) else 0):
            found = _patch(rng, clips, members)
            if found is not None:
                yield found, {"source": REAL}


def _cutout(drawn: Sprite) -> Cutout:
    """With alpha multiplied in."""
    cutout = drawn.bgra.copy()
    cutout[..., :3] = (cutout[..., :3].astype(np.uint16) * cutout[..., 3:] + 127) // 255
    return cutout


def _patch(rng: np.random.Generator, clips: ClipFrames, members: NDArray[np.intp]) -> Pixels | None:
    for _ in range(_TRIES):
        frame = clips.frame(int(members[rng.integers(len(members))]))
        height, width = frame.pixels.shape[:2]
        wide = int(width * rng.uniform(0.3, 1.0))
        high = int(min(height, wide * 0.62))
        left, top = int(rng.integers(0, width - wide + 1)), int(rng.integers(0, height - high + 1))
        place = np.array([[left, top, left + wide, top + high]], np.float32)
        if (shares_within(frame.boxes, place) <= _TOUCHED).all():
            part = np.ascontiguousarray(frame.pixels[top : top + high, left : left + wide])
            size = ImageSize(width=min(wide, _SCENE_SIZE.width), height=high * min(wide, _SCENE_SIZE.width) // wide)
            return resized(part, size)
    return None
