"""Where tracked boxes will be: a Kalman filter over centre and size in seconds of capture time, for all tracks at once.

Each of the four coordinates (cx, cy, w, h) is a position whose velocity decays with a time constant (Ornstein-Uhlenbeck), so a
person who vanished is not extrapolated across the street. Coordinates are independent: a 2 x 2 covariance each, kept as three
numbers. All noise is relative to the height of the person's box, so that it holds at any resolution and distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DECAY_S = np.array([4.0, 4.0, 1.0, 1.0])  # how long a velocity lasts
_VELOCITY = np.array([0.5, 0.25, 0.12, 0.20])  # its spread, box heights a second: people walk 0.8 and run 2 heights a second
_NOISE = np.array([0.04, 0.04, 0.07, 0.06])  # spread of a measured coordinate, box heights
_LOW_SCORE_NOISE = 2.0  # a detection of score 0 is so much noisier than one of score 1


@dataclass(frozen=True, slots=True)
class Motions:
    """The filters of n tracks, columns cx, cy, w, h in pixels.

    `mean` is (n, 4, 2): position, velocity a second; `spread` is (n, 4, 3): the covariance's pp, pv, vv.
    """

    mean: Floats
    spread: Floats

    @classmethod
    def none(cls) -> Motions:
        """The filters of no track."""
        return cls(np.empty((0, 4, 2)), np.empty((0, 4, 3)))

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def boxes(self) -> Floats:
        """(n, 4) xyxy where the filters see their tracks."""
        return to_xyxy(self.mean[:, :, 0])

    def at(self, rows: NDArray[np.intp]) -> Motions:
        """The filters in `rows`."""
        return Motions(self.mean[rows], self.spread[rows])

    def with_new(self, measured: Floats) -> Motions:
        """These filters and new ones at `measured`, (m, 4) cx cy w h, standing still as far as is known."""
        height = measured[:, 3:4]
        mean = np.stack([measured, np.zeros_like(measured)], axis=2)
        spread = np.stack([(_NOISE * height) ** 2, np.zeros_like(measured), (_VELOCITY * height) ** 2], axis=2)
        return Motions(np.concatenate([self.mean, mean]), np.concatenate([self.spread, spread]))

    def predicted(self, dt_s: float) -> Motions:
        """The filters `dt_s` seconds later."""
        if dt_s <= 0 or not len(self):
            return self
        kept = np.exp(-dt_s / _DECAY_S)
        reach = _DECAY_S * (1 - kept)
        position, velocity = self.mean[:, :, 0], self.mean[:, :, 1]
        pp, pv, vv = self.spread[:, :, 0], self.spread[:, :, 1], self.spread[:, :, 2]
        power = (_VELOCITY * self.mean[:, 3:4, 0]) ** 2
        walk = _DECAY_S * (2 * dt_s - _DECAY_S * (3 - 4 * kept + kept**2))  # of the position, for a velocity spread of 1
        mean = np.stack([position + reach * velocity, kept * velocity], axis=2)
        spread = np.stack(
            [
                pp + 2 * reach * pv + reach**2 * vv + power * walk,
                kept * (pv + reach * vv) + power * _DECAY_S * (1 - kept) ** 2,
                kept**2 * vv + power * (1 - kept**2),
            ],
            axis=2,
        )
        np.maximum(mean[:, 2:, 0], 1.0, out=mean[:, 2:, 0])  # a box keeps at least a pixel
        return Motions(mean, spread)

    def corrected(self, measured: Floats, scores: Floats) -> Motions:
        """The filters after each saw its detection: (n, 4) cx cy w h and (n,) scores 0-1."""
        if not len(self):
            return self
        pp, pv, vv = self.spread[:, :, 0], self.spread[:, :, 1], self.spread[:, :, 2]
        noise = _variance(measured[:, 3:4], scores[:, None])
        total = pp + noise
        gain, gain_velocity = pp / total, pv / total
        miss = measured - self.mean[:, :, 0]
        mean = self.mean + np.stack([gain * miss, gain_velocity * miss], axis=2)
        spread = np.stack([(1 - gain) * pp, (1 - gain) * pv, vv - gain_velocity * pv], axis=2)
        return Motions(mean, spread)

    def surprise(self, measured: Floats, scores: Floats) -> Floats:
        """(n, m) squared Mahalanobis distances over cx, cy, h (three degrees of freedom) to (m, 4) cx cy w h."""
        noise = _variance(measured[:, 3:4], scores[:, None])
        miss = self.mean[:, None, :, 0] - measured[None]
        parts = miss**2 / (self.spread[:, None, :, 0] + noise[None])
        return np.asarray(parts[:, :, 0] + parts[:, :, 1] + parts[:, :, 3])


def to_cxcywh(xyxy: Floats) -> Floats:
    """(n, 4) xyxy as (n, 4) centre x, centre y, width, height."""
    return np.concatenate([(xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2]], axis=1)


def to_xyxy(cxcywh: Floats) -> Floats:
    """The inverse of `to_cxcywh`."""
    half = cxcywh[:, 2:] / 2
    return np.concatenate([cxcywh[:, :2] - half, cxcywh[:, :2] + half], axis=1)


def _variance(height: Floats, scores: Floats) -> Floats:
    return np.asarray((_NOISE * height * (1 + _LOW_SCORE_NOISE * (1 - scores))) ** 2)
