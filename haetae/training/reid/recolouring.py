"""New looks from real people: clothes recoloured, outfits exchanged. The teachers then say what the new looks are."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels

_WAIST = 0.5  # of the kept crop's height, of somebody upright
_UPPER, _LOWER = (0.17, _WAIST), (_WAIST, 0.90)
_SOFT = 0.03  # of the height: how wide a colour's edge is
_HALF_WIDTH = 0.27  # of the width: most of what is nearer to the middle is the person


def recoloured(kept: Pixels, rng: np.random.Generator) -> Pixels:
    """The crop with other colours in the parts that upper and lower clothes usually fill: hue turned, colour and light changed.

    Where the person is not, the background is recoloured in part; to the teachers that is a background like any other.
    """
    lab = cv2.cvtColor(kept.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    for rows in (_UPPER, _LOWER):
        if rng.random() < 0.85:
            weight = _part(kept.shape[0], kept.shape[1], rows)[..., None]
            lab = lab * (1 - weight) + _changed(lab, rng) * weight
    pixels = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2BGR)
    return np.asarray((pixels * 255).round().clip(0, 255), np.uint8)


def exchanged(upper: Pixels, lower: Pixels) -> Pixels:
    """The upper half of one crop on the lower half of another: an outfit that nobody wore."""
    weight = _ramp(upper.shape[0], _WAIST)[:, None, None]
    return np.asarray((upper * (1 - weight) + lower * weight).round(), np.uint8)


def _changed(lab: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Lightness 0-100 through a power, chroma turned and scaled, and a hue added: grey clothes get colours, too."""
    power = np.exp(rng.normal(-0.25, 0.5))
    light = 100 * (lab[..., :1].clip(0, 100) / 100) ** power
    angle, factor = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.2)
    turn = factor * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    hue, added = rng.uniform(0, 2 * np.pi), 30 * rng.beta(1.0, 2.0)
    chroma = lab[..., 1:] @ turn + added * np.array([np.cos(hue), np.sin(hue)], np.float32)
    return np.concatenate([light, chroma], axis=-1).astype(np.float32)


def _part(height: int, width: int, rows: tuple[float, float]) -> NDArray[np.float32]:
    """(height, width) weights 0-1 of a part of the body."""
    columns = (np.arange(width, dtype=np.float32) + 0.5) / width - 0.5
    middle = np.exp(-0.5 * (columns / _HALF_WIDTH) ** 6)
    return np.asarray((_ramp(height, rows[0]) * (1 - _ramp(height, rows[1])))[:, None] * middle[None, :], np.float32)


def _ramp(height: int, at: float) -> NDArray[np.float32]:
    """0 above and 1 below a row (a share of the height), softly."""
    rows = (np.arange(height, dtype=np.float32) + 0.5) / height
    return np.asarray(1 / (1 + np.exp(-(rows - at) / (_SOFT / 2))), np.float32)
