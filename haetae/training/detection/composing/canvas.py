"""A frame in the making: cut-outs laid on a background, with the truth about what of them can still be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.training.detection.composing.things import Cutout
from haetae.training.detection.labels import IGNORED, PERSON

_SEEN_ALPHA = 0.47  # of a pixel that counts as the cut-out's
_LEAST_SIDE_PX, _LEAST_PIXELS = 12, 30
_LEAST_OF_WHOLE, _LEAST_OF_INSIDE = 0.3, 0.28  # seen share of a person who counts; of what lies within the frame
_OCCLUDER = -1
_AREA_BELOW = 0.6  # averaging is dear; above this, bilinear sampling misses next to nothing


@dataclass(frozen=True, slots=True)
class Mood:
    """What the cut-outs of one frame have in common: light, shadows, colour."""

    contact: float  # darkness of the soft shadow under them, 0: none
    sun: float  # darkness of the shadow they cast, 0: none
    shadow_length: float  # of their height; below 0: towards the camera
    shadow_slope: float
    gain: float
    harmony: float  # 0-1: how far their brightness follows the background's
    balance: NDArray[np.float32]
    haze: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Mood:
        sunny = rng.random() < 0.35
        return cls(
            contact=rng.uniform(0.1, 0.5) if rng.random() < 0.7 else 0.0,
            sun=rng.uniform(0.2, 0.65) if sunny else 0.0,
            shadow_length=rng.uniform(0.15, 1.1) * rng.choice([-1.0, 1.0]),
            shadow_slope=rng.normal(0, 0.8),
            gain=math.exp(rng.normal(0.12, 0.25)),
            harmony=float(rng.choice([0.0, 0.25, 0.5, 0.75])),
            balance=rng.uniform(0.9, 1.1, 3).astype(np.float32),
            haze=rng.uniform(0, 25) if rng.random() < 0.33 else 0.0,
        )


@dataclass(frozen=True, slots=True)
class _Laid:
    """A person on the canvas: the part of its box within the frame, and how many pixels it had before anything covered it."""

    box: tuple[int, int, int, int]
    n_inside: int
    n_whole: int
    posture: int


class Canvas:
    """`pixels` (h, w, 3) float32 is changed in place."""

    def __init__(self, pixels: NDArray[np.float32], mood: Mood) -> None:
        self.pixels, self.mood = pixels, mood
        self._ids = np.zeros(pixels.shape[:2], np.int16)
        self._people: list[_Laid] = []

    def lay_person(self, rng: np.random.Generator, cutout: Cutout, foot: tuple[float, float], scale: float, posture: int) -> None:
        """`foot` is the middle of the cut-out's lower edge, x and y in pixels."""
        laid = self._lay(rng, cutout, foot, scale, len(self._people) + 1)
        if laid is not None:
            self._people.append(_Laid(*laid, posture))

    def lay_thing(
        self, rng: np.random.Generator, cutout: Cutout, foot: tuple[float, float], scale: float, *, occludes: bool = False
    ) -> None:
        self._lay(rng, cutout, foot, scale, _OCCLUDER if occludes else 0)

    def cover(self, place: tuple[int, int, int, int], by: Pixels) -> None:
        """Lays a rectangle in front of everything: a counter, a wall, a post."""
        left, top, right, bottom = place
        self.pixels[top:bottom, left:right] = by
        self._ids[top:bottom, left:right] = _OCCLUDER

    def share_covered(self, boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) share of each box that drawn people cover."""
        shares = np.zeros(len(boxes))
        for i, (left, top, right, bottom) in enumerate(boxes.astype(int).clip(0).tolist()):
            under = self._ids[top:bottom, left:right]
            shares[i] = float((under > 0).mean()) if under.size else 0.0
        return shares

    def labels(self) -> tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.int8]]:
        """Boxes, flags and postures of the people laid. Behind a thing, or mostly hidden, the box holds only what is seen."""
        rows: list[tuple[float, ...]] = []
        for number, laid in enumerate(self._people, start=1):
            left, top, right, bottom = laid.box
            ids = self._ids[top:bottom, left:right]
            own = ids == number
            n_seen = int(own.sum())
            if n_seen == 0:
                continue
            box = laid.box
            if (ids == _OCCLUDER).any() or n_seen < 0.5 * laid.n_inside:
                across, down = np.flatnonzero(own.any(0)), np.flatnonzero(own.any(1))
                box = (left + int(across[0]), top + int(down[0]), left + int(across[-1]) + 1, top + int(down[-1]) + 1)
            large = max(box[2] - box[0], box[3] - box[1]) >= _LEAST_SIDE_PX and n_seen > _LEAST_PIXELS
            enough = n_seen > _LEAST_OF_WHOLE * laid.n_whole and n_seen > _LEAST_OF_INSIDE * laid.n_inside
            rows.append((*box, PERSON if large and enough else IGNORED, laid.posture))
        table = np.array(rows, np.float32).reshape(-1, 6)
        return table[:, :4], table[:, 4].astype(np.int8), table[:, 5].astype(np.int8)

    def _lay(
        self, rng: np.random.Generator, cutout: Cutout, foot: tuple[float, float], scale: float, number: int
    ) -> tuple[tuple[int, int, int, int], int, int] | None:
        high, wide = max(3, round(cutout.shape[0] * scale)), max(3, round(cutout.shape[1] * scale * rng.uniform(0.93, 1.07)))
        method = cv2.INTER_AREA if scale < _AREA_BELOW else cv2.INTER_LINEAR
        layer = cv2.resize(cutout, (wide, high), interpolation=method).astype(np.float32)
        if rng.random() < 0.5:
            layer = layer[:, ::-1]
        left, top = round(foot[0] - wide / 2), round(foot[1] - high)
        place = self._within(left, top, wide, high)
        if place is None:
            return None
        self._shade(layer[..., 3], (left, top))
        x1, y1, x2, y2 = place
        part = layer[y1 - top : y2 - top, x1 - left : x2 - left]
        alpha = part[..., 3:] * np.float32(1 / 255)
        under = self.pixels[y1:y2, x1:x2]
        under *= 1 - alpha
        under += np.minimum(part[..., :3] * self._tint(rng, part, under), 255 * alpha) + alpha * np.float32(self.mood.haze)
        seen = alpha[..., 0] > _SEEN_ALPHA
        self._ids[y1:y2, x1:x2][seen] = number
        return place, int(seen.sum()), int((layer[..., 3] > 255 * _SEEN_ALPHA).sum())

    def _tint(self, rng: np.random.Generator, part: NDArray[np.float32], under: NDArray[np.float32]) -> NDArray[np.float32]:
        """Factors of the three colours: the frame's mood and the cut-out's own. `under` lacks already what will be covered."""
        weight = float(part[..., 3].sum()) / 255 + 1e-3
        brightness = float(part[..., :3].sum()) / (3 * weight)
        around = float(under.sum()) / (3 * max(1.0, under.shape[0] * under.shape[1] - weight))
        gain = self.mood.gain * math.exp(rng.normal(0, 0.18)) * ((around + 25) / (brightness + 25)) ** self.mood.harmony
        gain = min(gain, 235 / (brightness + 1e-3)) if brightness > 20 else gain
        return np.asarray(gain * self.mood.balance * rng.uniform(0.96, 1.04, 3), dtype=np.float32)

    def _shade(self, alpha: NDArray[np.float32], corner: tuple[int, int]) -> None:
        """The soft shadow under a cut-out, and the one it casts over the floor when the sun shines."""
        high, wide = alpha.shape
        left, top = corner
        if self.mood.contact > 0:
            sides = (round(wide * 1.4) + 2, max(4, round(min(wide * 0.5, high * 0.3))))
            blob = cv2.resize(_BLOB, sides)
            self._darken(blob * self.mood.contact, left + wide // 2 - sides[0] // 2, top + high - round(sides[1] * 0.6))
        if self.mood.sun > 0:
            length = self.mood.shadow_length * high
            reach, drift = max(3, round(abs(length))), self.mood.shadow_slope * high * 0.5
            broad = wide + round(abs(drift)) + 2
            start = 0.0 if drift > 0 else abs(drift)
            ends = (high - 1, 0) if length < 0 else (0, high - 1)  # rows of the cut-out at the shadow's upper and lower edge
            rows = np.linspace(ends[0], ends[1], reach, dtype=np.float32)
            shift = start + drift * (1 - rows / max(1, high - 1))
            columns = np.arange(broad, dtype=np.float32)[None] - shift[:, None].astype(np.float32)
            cast = cv2.remap(alpha, columns, np.repeat(rows[:, None], broad, 1), cv2.INTER_LINEAR, borderValue=0)
            y = top + high - 2 - (0 if length < 0 else reach - 2)
            self._darken(cv2.blur(cast, (3, 3)) * (self.mood.sun / 255), left - round(start), y)

    def _darken(self, mask: NDArray[np.float32], left: int, top: int) -> None:
        place = self._within(left, top, mask.shape[1], mask.shape[0])
        if place is not None:
            x1, y1, x2, y2 = place
            self.pixels[y1:y2, x1:x2] *= 1 - mask[y1 - top : y2 - top, x1 - left : x2 - left, None]

    def _within(self, left: int, top: int, wide: int, high: int) -> tuple[int, int, int, int] | None:
        """The part of a rectangle that lies in the frame; None where next to nothing does."""
        height, width = self.pixels.shape[:2]
        place = (max(0, left), max(0, top), min(width, left + wide), min(height, top + high))
        return place if place[2] - place[0] >= 3 and place[3] - place[1] >= 3 else None


def _blob(side: int = 32) -> NDArray[np.float32]:
    """(side, side) float32 0-1: dark in the middle, nothing at the rim."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    away = np.hypot(x, y)
    return np.where(away > 1, 0.0, np.exp(-2.5 * away**2)).astype(np.float32)


_BLOB = _blob()
