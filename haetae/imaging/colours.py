"""The colours of upper and lower clothing, measured from the pixels and named as people name them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import COLOURS, AttributeName, Attributes
from haetae.domain.frame import Pixels
from haetae.imaging.oklab import to_oklab

_WIDTH, _HEIGHT = 48, 128
_Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Band:
    """Where a garment is on a standing person, in shares of the box: rows, and half the width that is surely body."""

    top: float
    bottom: float
    half_width: float


_UPPER = _Band(0.19, 0.45, 0.30)
_LOWER = _Band(0.55, 0.84, 0.24)
_WHOLE_SHARE = 0.5  # a name with this share of a garment is surely one of its colours
_LIGHT_DOUBT = 0.05  # of OKLab lightness: between black and grey the light decides, so both get their part
_WITH_LEGS = 1.7  # a box less tall than this times its width ends above the knees, or is not of someone standing


def clothing_colours(crop: Pixels) -> Attributes:
    """Upper and lower clothing colour of the person who fills `crop`: a score 0-1 for each of the twelve names.

    A name that covers half of the garment or more scores 1, a quarter 0.5, nothing 0: a striped garment has both its colours.

    What looks like the crop's edges left and right (background) counts less, the middle more. Of a crop less than 1.7 times as
    tall as wide only the upper colour is told; of one smaller than 8 x 16 pixels nothing.
    """
    height, width = crop.shape[:2]
    if width < 8 or height < 16:
        return Attributes()
    small = np.asarray(cv2.resize(crop, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    lab = to_oklab(small)
    body = _body_weight(lab)
    scores = {AttributeName.UPPER_COLOUR: _shares(lab, body, _UPPER)}
    if height >= _WITH_LEGS * width:
        scores[AttributeName.LOWER_COLOUR] = _shares(lab, body, _LOWER)
    return Attributes(scores)


def colour_name(bgr: tuple[float, float, float]) -> str:
    """The name of one colour, 0-255 sRGB, as it is seen in white light: the name that `clothing_colours` counts it under."""
    pixel = np.clip(np.round(np.array(bgr)), 0, 255).astype(np.uint8).reshape(1, 1, 3)
    return COLOURS[int(_nearest_names(to_oklab(pixel).reshape(1, 3))[0])]


def _body_weight(lab: _Plane) -> _Plane:
    """(128, 48) weights: high in the middle, low where a pixel is like the background beside the person in its own rows."""
    columns = (np.arange(_WIDTH, dtype=np.float32) + 0.5) / _WIDTH - 0.5
    centre = np.exp(-0.5 * (columns / 0.22) ** 2)[None, :]
    margin = _WIDTH // 10
    unlike = np.full(lab.shape[:2], np.inf, dtype=np.float32)
    for side in (lab[:, :margin], lab[:, -margin:]):
        rows = cv2.blur(side.mean(axis=1, keepdims=True), (1, 15)).reshape(_HEIGHT, 1, 3)
        unlike = np.minimum(unlike, np.linalg.norm(lab - rows, axis=2))
    foreground = 0.15 + 0.85 * np.clip(unlike / 0.10, 0, 1)
    return np.asarray(centre * foreground, dtype=np.float32)


def _shares(lab: _Plane, body: _Plane, band: _Band) -> dict[str, float]:
    rows = slice(round(band.top * _HEIGHT), round(band.bottom * _HEIGHT))
    columns = slice(round((0.5 - band.half_width) * _WIDTH), round((0.5 + band.half_width) * _WIDTH))
    pixels = lab[rows, columns].reshape(-1, 3)
    weights = body[rows, columns].reshape(-1)
    totals = np.zeros(len(COLOURS))
    for shift in (-_LIGHT_DOUBT, 0.0, _LIGHT_DOUBT):
        lit = pixels + np.array([shift, 0, 0], dtype=np.float32)
        totals += np.bincount(_nearest_names(lit), weights=weights, minlength=len(COLOURS))
    scores = (totals / totals.sum() / _WHOLE_SHARE).clip(0, 1)
    return {colour: round(float(score), 4) for colour, score in zip(COLOURS, scores, strict=True)}


# -- names --------------------------------------------------------------------------------------------------------------------

_GREY_CHROMA = 0.028  # less colour than this has no hue, in cameras' light
_TINTED_CHROMA = 0.05  # ... nor has this in the dark, where noise and white balance make hues
_NAVY_CHROMA = 0.036  # dark blue cloth is common, and blue where nothing else would be
_DARK, _LIGHT = 0.33, 0.80  # OKLab lightness of black and white cloth as cameras show it


def _nearest_names(lab: _Plane) -> NDArray[np.intp]:
    """Indices into COLOURS of (n, 3) OKLab colours.

    By lightness where there is no hue, else by hue, with the names that are a hue at one lightness: brown and beige are dark and
    pale orange or yellow, pink is pale red and purple.
    """
    lightness, a, b = lab[:, 0], lab[:, 1], lab[:, 2]
    chroma = np.hypot(a, b)
    hue = np.degrees(np.arctan2(b, a)) % 360
    blue = (hue >= 200) & (hue < 290)
    grey = (chroma < _GREY_CHROMA) | ((lightness < 0.30) & (chroma < np.where(blue, _NAVY_CHROMA, _TINTED_CHROMA)))
    conditions = [
        (grey | (lightness < 0.22)) & (lightness < _DARK),
        grey & (lightness >= _LIGHT),
        grey,
        *_hued(lightness, chroma, hue),
    ]
    names = ["black", "white", "grey", *(_HUED)]
    chosen = np.select(conditions, [np.intp(COLOURS.index(name)) for name in names], default=np.intp(COLOURS.index("grey")))
    return np.asarray(chosen, dtype=np.intp)


_HUED = ("pink", "red", "brown", "beige", "orange", "yellow", "green", "blue", "purple", "pink")


def _hued(lightness: _Plane, chroma: _Plane, hue: _Plane) -> list[NDArray[np.bool_]]:
    """Conditions in the order of _HUED; the first that holds wins."""
    reddish = (hue < 40) | (hue >= 345)
    warm = (hue >= 40) & (hue < 115)
    return [
        reddish & (lightness > 0.68) & (chroma < 0.19),
        reddish & ((hue < 34) | (hue >= 345)) & ((lightness >= 0.40) | (chroma > 0.07)),
        (warm | reddish) & (lightness < 0.62) & (chroma < 0.13),
        warm & (lightness >= 0.62) & (chroma < 0.085),
        (hue < 75) | reddish,
        warm,
        (hue >= 115) & (hue < 205),
        (hue >= 205) & (hue < 290),
        (hue >= 290) & (hue < 330) & ((lightness < 0.72) | (chroma < 0.12)),
        hue >= 290,
    ]
