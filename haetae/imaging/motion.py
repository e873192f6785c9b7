"""Whether anything moves before a fixed camera: the cheap question that most frames are answered with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import exp

import cv2
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]
"""(90, 160) uint8: a frame's brightness, scaled down."""


_Plane = NDArray[np.float32]
_Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class MotionLimits:
    """When the gate opens and closes. Areas in pixels of the small luma plane, times in seconds of capture time."""

    open_at_px: int = 6  # a standing adult 60 px high in 720p covers about 20
    close_below_px: int = 3
    hold_s: float = 1.0  # stays open so long after the last motion
    min_difference: float = 9.0  # luma levels; grows with the camera's noise
    noise_factor: float = 5.0  # ... as so many standard deviations
    tau_s: float = 1.5  # the background forgets so fast: what came and stopped, or stood long and left, is soon part of it
    global_share: float = 0.4  # more than this share of the plane at once is a change of light, not people
    global_tau_s: float = 0.6
    max_gap_s: float = 30.0  # after so long without frames the old background says nothing


@dataclass(slots=True, eq=False)
class _Scene:
    """What is known of the view; planes are (90, 160) float32."""

    background: _Plane
    previous: _Plane
    seen_at: datetime
    moved_at: datetime

    def continues(self, current: _Plane, captured_at: datetime, max_gap_s: float) -> bool:
        """Whether the frame follows on from this scene."""
        return self.background.shape == current.shape and 0.0 <= (captured_at - self.seen_at).total_seconds() <= max_gap_s


class MotionGate:
    """Keeps a background by capture time and says for each frame whether something moves before it.

    A common shift of brightness (clouds, automatic exposure) is taken out before the comparison; the threshold follows the
    noise. A sudden change of the whole picture opens the gate and is learnt as the new background within about three seconds.
    Somebody who stands quite still closes the gate after a few seconds: the sampler's slow heartbeat keeps an eye on them.
    """

    def __init__(self, limits: MotionLimits | None = None) -> None:
        self._limits = limits or MotionLimits()
        self._scene: _Scene | None = None
        self._noise = 1.0
        self.moving = True

    def update(self, luma: Luma, captured_at: datetime) -> bool:
        """Whether the frame is worth looking at. The first frame, and the first after a gap or a jump of the clock, always is."""
        current = luma.astype(np.float32)
        scene = self._scene
        if scene is None or not scene.continues(current, captured_at, self._limits.max_gap_s):
            self._scene = _Scene(current.copy(), current, captured_at, captured_at)
            self.moving = True
            return True
        shift = _median(current[::4, ::4] - scene.background[::4, ::4])
        strong = _differs(current - np.float32(shift), scene.background, self._threshold(current, scene))
        self.moving = self._judge(_connected_area(strong), scene, captured_at)
        self._learn(current, strong, scene, (captured_at - scene.seen_at).total_seconds())
        scene.previous, scene.seen_at = current, captured_at
        return self.moving

    def _threshold(self, current: _Plane, scene: _Scene) -> float:
        """The difference in luma levels that noise does not reach.

        Noise shows in the change from one frame to the next; the median ignores what moves.
        """
        step = current[1::4, 1::4] - scene.previous[1::4, 1::4]
        step -= np.float32(_median(step))
        noise = 1.05 * _median(np.abs(step))  # 1.4826 for a normal distribution, / sqrt(2) for a difference of two
        self._noise += 0.1 * (noise - self._noise)
        return max(self._limits.min_difference, self._limits.noise_factor * self._noise)

    def _learn(self, current: _Plane, strong: _Mask, scene: _Scene, elapsed_s: float) -> None:
        everywhere = cv2.countNonZero(strong) > self._limits.global_share * strong.size
        tau_s = self._limits.global_tau_s if everywhere else self._limits.tau_s
        cv2.accumulateWeighted(current, scene.background, 1.0 - exp(-elapsed_s / tau_s))

    def _judge(self, area_px: int, scene: _Scene, captured_at: datetime) -> bool:
        if area_px >= (self._limits.close_below_px if self.moving else self._limits.open_at_px):
            scene.moved_at = captured_at
            return True
        return self.moving and (captured_at - scene.moved_at).total_seconds() < self._limits.hold_s


def _median(plane: _Plane) -> float:
    """The upper median; a third of the cost of numpy's, which matters on every frame of every camera."""
    return float(np.partition(plane, plane.size // 2, axis=None)[plane.size // 2])


def _differs(plane: _Plane, other: _Plane, threshold: float) -> _Mask:
    """255 where the planes are more than `threshold` luma levels apart."""
    return np.asarray(cv2.compare(cv2.absdiff(plane, other), (threshold, 0, 0, 0), cv2.CMP_GT), dtype=np.uint8)


def _connected_area(strong: _Mask) -> int:
    """Pixels with at least three strong neighbours (of eight): single specks of noise do not count."""
    around = cv2.boxFilter(strong, cv2.CV_16U, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
    return int(np.count_nonzero((around >= 4 * 255) & (strong > 0)))
