"""Frames to learn from: drawn people on all kinds of places; real frames with their teachers' boxes, drawn people among them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.training.detection.clips import ClipFrames
from haetae.training.detection.composing.canvas import Canvas, Mood
from haetae.training.detection.composing.finishing import finished
from haetae.training.detection.composing.real_frames import cut, mosaic, quarters, recoloured
from haetae.training.detection.composing.slope import Slope
from haetae.training.detection.composing.things import Cutout
from haetae.training.detection.labels import IGNORED, LYING, LabelledFrame, quarter_turned
from haetae.training.detection.picture_bank import PictureBank

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Mix:
    """How often what is shown, as shares 0-1. `postures`, `sources` and `clips` in the order in which the banks number them."""

    real: float = 0.35
    people_in_real: float = 0.4
    turned_real: float = 0.2
    mosaic_real: float = 0.35
    turned_people: float = 0.06
    mosaic: float = 0.15
    postures: tuple[float, ...] = (0.36, 0.03, 0.20, 0.06, 0.05, 0.09, 0.18, 0.03)
    sources: tuple[float, ...] = (0.35, 0.25, 0.2, 0.2)
    clips: tuple[float, ...] = (0.30, 0.14, 0.16, 0.12, 0.13, 0.15)
    mean_people: float = 5.0
    empty: float = 0.08


@dataclass(frozen=True, slots=True)
class Banks:
    """What frames are made of.

    sprites      people; columns `posture` and `standing_px` (the height that the person would have upright)
    things       no people
    backgrounds  places without people; column `source`
    clips        real frames; only those before each clip's held-out end are used, or only that end
    """

    sprites: PictureBank
    things: PictureBank
    backgrounds: PictureBank
    clips: ClipFrames | None


class Composer:
    """Makes frames from banks. It keeps no state between frames: all chance comes from the generator that is passed in."""

    def __init__(self, banks: Banks, mix: Mix, *, held_out: bool = False) -> None:
        self._banks, self._mix = banks, mix
        postures = banks.sprites.columns["posture"].astype(int)
        self._by_posture = [np.flatnonzero(postures == i) for i in range(len(mix.postures))]
        self._posture_shares = _shares(mix.postures, self._by_posture)
        sources = banks.backgrounds.columns["source"].astype(int)
        self._by_source = [np.flatnonzero(sources == i) for i in range(len(mix.sources))]
        self._source_shares = _shares(mix.sources, self._by_source)
        clips = banks.clips
        self._by_clip = [clips.of_clip(i, held_out=held_out) for i in range(len(mix.clips))] if clips else []
        self._clip_shares = _shares(mix.clips, self._by_clip) if clips else np.zeros(0)

    def frame(self, rng: np.random.Generator, size: ImageSize) -> LabelledFrame:
        """A drawn or a real one, as the mix says."""
        if self._by_clip and rng.random() < self._mix.real:
            return self.real(rng, size)
        return self.drawn(rng, size)

    def drawn(self, rng: np.random.Generator, size: ImageSize) -> LabelledFrame:
        canvas = Canvas(self._place(rng, size), Mood.drawn(rng))
        slope = Slope.drawn(rng, size)
        if rng.random() < 0.65:
            self._lay_things(rng, canvas, slope, int(rng.integers(1, 8)))
        n_people = 0 if rng.random() < self._mix.empty else min(20, 1 + int(rng.poisson(self._mix.mean_people)))
        self._lay_people(rng, canvas, slope, n_people)
        if rng.random() < 0.3:
            self._cover(rng, canvas, size)
        if rng.random() < 0.2:
            self._lay_things(rng, canvas, slope, int(rng.integers(1, 4)), occlude=True)
        return LabelledFrame(finished(rng, canvas.pixels), *canvas.labels())

    def real(self, rng: np.random.Generator, size: ImageSize) -> LabelledFrame:
        """A part of a real frame or four of them, at times with drawn people among the real ones."""
        alone = rng.random() >= self._mix.mosaic_real
        frame = self._real_part(rng, size) if alone else mosaic(rng, size, self._real_part)
        pixels = recoloured(rng, frame.pixels)
        boxes, flags, postures = frame.boxes, frame.flags, frame.postures
        if rng.random() < self._mix.people_in_real:
            canvas = Canvas(pixels, Mood.drawn(rng))
            self._lay_people(rng, canvas, Slope.drawn(rng, size), int(rng.integers(1, 5)))
            flags = np.where(canvas.share_covered(boxes) > 0.3, np.int8(IGNORED), flags)
            drawn = canvas.labels()
            boxes, flags = np.concatenate([boxes, drawn[0]]), np.concatenate([flags, drawn[1]])
            postures = np.concatenate([postures, drawn[2]])
        return LabelledFrame(finished(rng, pixels), boxes, flags, postures)

    def _real_part(self, rng: np.random.Generator, size: ImageSize) -> LabelledFrame:
        """A part of a frame of any clip, at times turned on its side."""
        assert self._banks.clips is not None
        members = self._by_clip[int(rng.choice(len(self._by_clip), p=self._clip_shares))]
        frame = self._banks.clips.frame(int(members[rng.integers(len(members))]))
        if rng.random() < self._mix.turned_real:
            frame = quarter_turned(frame, int(rng.choice([1, 3])))
        return cut(rng, frame, size)

    def _place(self, rng: np.random.Generator, size: ImageSize) -> Floats:
        """A background, or four of them side by side."""
        if rng.random() >= self._mix.mosaic:
            return self._background(rng, size).astype(np.float32)
        pixels = np.empty((size.height, size.width, 3), np.float32)
        for left, top, right, bottom in quarters(rng, size):
            pixels[top:bottom, left:right] = self._background(rng, ImageSize(width=right - left, height=bottom - top))
        return pixels

    def _background(self, rng: np.random.Generator, size: ImageSize) -> Pixels:
        """A part of some place, mirrored, tilted and coloured at random."""
        members = self._by_source[int(rng.choice(len(self._by_source), p=self._source_shares))]
        whole = self._banks.backgrounds.picture(int(members[rng.integers(len(members))]))
        height, width = whole.shape[:2]
        wide = min(width, height * size.width / size.height) * rng.uniform(0.4, 1.0)
        high = wide * size.height / size.width
        left, top = rng.uniform(0, width - wide), rng.uniform(0, height - high)
        corners = np.array([[left, top], [left + wide, top], [left + wide, top + high], [left, top + high]], np.float32)
        if rng.random() < 0.5:
            corners = corners[[1, 0, 3, 2]]
        if rng.random() < 0.4:
            corners += rng.normal(0, 0.08, (4, 2)).astype(np.float32) * np.float32(wide)
        shrink = wide / size.width
        if shrink > 2.0:
            whole = cv2.resize(whole, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
            corners /= np.float32(shrink)
        target = np.array([[0, 0], [size.width, 0], [size.width, size.height], [0, size.height]], np.float32)
        matrix = cv2.getPerspectiveTransform(corners, target)
        part = cv2.warpPerspective(whole, matrix, (size.width, size.height), borderMode=cv2.BORDER_REFLECT_101)
        if rng.random() < 0.5:
            levels = np.arange(256)[:, None] * rng.uniform(0.6, 1.35) * rng.uniform(0.88, 1.12, 3) + rng.uniform(-20, 20)
            part = cv2.LUT(part, levels.clip(0, 255).astype(np.uint8)[None])
        return np.asarray(part, dtype=np.uint8)

    def _lay_people(self, rng: np.random.Generator, canvas: Canvas, slope: Slope, n_people: int) -> None:
        """Far ones first; some of them close together."""
        places: list[tuple[float, float, float]] = []  # x, y of the feet; height
        for _ in range(n_people):
            if places and rng.random() < 0.28:
                x, y, high = places[-1]
                places.append((x + rng.normal(0, 0.35) * high, y + rng.normal(0, 0.08) * high, high * rng.uniform(0.9, 1.1)))
            else:
                places.append(slope.somewhere(rng))
        for x, y, high in sorted(places, key=lambda place: place[1]):
            sprite, standing_px, posture = self._sprite(rng)
            canvas.lay_person(rng, sprite, (x, y), min(high / standing_px, 2.2), posture)

    def _sprite(self, rng: np.random.Generator) -> tuple[Cutout, float, int]:
        posture = int(rng.choice(len(self._by_posture), p=self._posture_shares))
        members = self._by_posture[posture]
        index = int(members[rng.integers(len(members))])
        sprites = self._banks.sprites
        cutout = sprites.picture(index)
        if posture != LYING and rng.random() < self._mix.turned_people:  # lying on the floor below the camera
            cutout, posture = np.ascontiguousarray(np.rot90(cutout, int(rng.choice([1, 3])))), LYING
        return cutout, float(sprites.columns["standing_px"][index]), posture

    def _lay_things(
        self, rng: np.random.Generator, canvas: Canvas, slope: Slope, n_things: int, *, occlude: bool = False
    ) -> None:
        for _ in range(n_things):
            things = self._banks.things
            cutout = things.picture(int(rng.integers(len(things))))
            x, y, high = slope.somewhere(rng)
            scale = float(np.clip(high * math.exp(rng.normal(0.0, 0.6)) / cutout.shape[0], 0.08, 2.0))
            canvas.lay_thing(rng, cutout, (x, y), scale, occludes=occlude)

    def _cover(self, rng: np.random.Generator, canvas: Canvas, size: ImageSize) -> None:
        """Counters, walls and posts in front."""
        for _ in range(int(rng.integers(1, 4))):
            flat = rng.random() < 0.6
            across, down = ((0.07, 0.55), (0.06, 0.35)) if flat else ((0.01, 0.055), (0.25, 1.0))
            wide, high = rng.uniform(*across) * size.width, rng.uniform(*down) * size.height
            left, top = rng.uniform(-wide / 2, size.width - wide / 2), rng.uniform(size.height * 0.25, size.height - high / 3)
            place = (max(0, int(left)), max(0, int(top)), min(size.width, int(left + wide)), min(size.height, int(top + high)))
            part = ImageSize(width=place[2] - place[0], height=place[3] - place[1])
            if min(part.width, part.height) < 3:
                continue
            plain = np.full((part.height, part.width, 3), rng.uniform(10, 240)) + rng.normal(0, 15, 3)
            canvas.cover(place, self._background(rng, part) if rng.random() < 0.6 else plain.clip(0, 255).astype(np.uint8))


def _shares(wanted: Sequence[float], members: Sequence[NDArray[np.intp]]) -> NDArray[np.float64]:
    """The shares of what there is; of what is missing goes to the others."""
    shares = np.array([share if len(known) else 0.0 for share, known in zip(wanted, members, strict=True)])
    return np.asarray(shares / shares.sum(), dtype=np.float64)
