"""Drawn scenes of walking boxes with known identities, and what a detector would see of them: occlusions, misses, noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from haetae.domain.detection import Detection
from haetae.domain.geometry import Box, ImageSize

SIZE = ImageSize(width=1280, height=720)
_IN_VIEW = 0.4  # of a box: with less of it in the frame nobody counts as there
_HIDDEN = 0.75  # covered by so much, nobody is detected; from half of it on the score falls


@dataclass(frozen=True, slots=True)
class SceneFrame:
    """One frame: the time, who is really where (by identity), and what was detected."""

    at_s: float
    truth: dict[int, Box]
    detections: list[Detection]


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody who walks from `start` to `end` (bottom centre, pixels) between two times; `height_px` grows with y."""

    start: tuple[float, float]
    end: tuple[float, float]
    from_s: float
    to_s: float
    height_px: float = 200.0

    def box(self, at_s: float) -> Box | None:
        if not self.from_s <= at_s <= self.to_s:
            return None
        share = (at_s - self.from_s) / (self.to_s - self.from_s)
        x, y = (a + share * (b - a) for a, b in zip(self.start, self.end, strict=True))
        sway = 0.03 * self.height_px * np.sin(7.0 * at_s)
        half = 0.2 * self.height_px + sway
        return Box(x - half, y - self.height_px, x + half, y)


def scene(walkers: Sequence[Walker], times_s: Sequence[float], *, seed: int = 0, misses: float = 0.03) -> list[SceneFrame]:
    """What a detector sees at `times_s`: boxes with noise of 3 % of the height, scores that fall with occlusion, some misses."""
    rng = np.random.default_rng(seed)
    return [_frame(walkers, at_s, rng, misses) for at_s in times_s]


def _frame(walkers: Sequence[Walker], at_s: float, rng: np.random.Generator, misses: float) -> SceneFrame:
    whole = {i: box for i, walker in enumerate(walkers) if (box := walker.box(at_s)) is not None}
    truth = {i: box.clipped(SIZE) for i, box in whole.items() if box.clipped(SIZE).area_px > _IN_VIEW * box.area_px}
    detections = []
    for i, box in truth.items():
        covered = max((_covered(box, other) for j, other in truth.items() if j != i and other.y2 > box.y2), default=0.0)
        if covered > _HIDDEN or rng.random() < misses:
            continue
        noise = rng.normal(0, 0.03 * box.height_px, 4) * (1, 0.7, 1, 0.7)
        score = float(np.clip(0.85 - 0.7 * max(0.0, covered - _HIDDEN / 2) / _HIDDEN * 2 + rng.normal(0, 0.05), 0.05, 0.99))
        seen = Box(box.x1 + noise[0], box.y1 + noise[1], box.x2 + noise[2], box.y2 + noise[3])
        detections.append(Detection(seen.clipped(SIZE), score))
    return SceneFrame(at_s, truth, detections)


def _covered(box: Box, by: Box) -> float:
    return box.intersection_px(by) / box.area_px


def regular(rate_hz: float, length_s: float) -> list[float]:
    """Times of a camera that gives every frame."""
    return [i / rate_hz for i in range(int(rate_hz * length_s))]


def irregular(rate_hz: float, length_s: float, *, seed: int = 0) -> list[float]:
    """Times of a sampled camera: jitter, now and then a lost frame."""
    rng = np.random.default_rng(seed)
    times = (i / rate_hz + rng.normal(0, 0.15 / rate_hz) for i in range(int(rate_hz * length_s)) if rng.random() > 0.08)
    return sorted(max(0.0, float(t)) for t in times)


def crossing() -> list[Walker]:
    """Two people who pass in front of each other."""
    return [Walker((100, 600), (1180, 610), 0, 12), Walker((1180, 580), (100, 570), 0, 12)]


def procession() -> list[Walker]:
    """People one behind the other, and two who come towards them."""
    following = [Walker((-60 - 90 * i, 500), (1340 - 90 * i, 520), 0, 14, 150) for i in range(4)]
    return [*following, Walker((1300, 560), (-40, 560), 1, 13, 190), Walker((1300, 470), (-40, 480), 3, 15, 130)]


def crowd(n: int = 12, *, seed: int = 3, length_s: float = 20.0) -> list[Walker]:
    """Many people of all distances on straight ways, each for some seconds."""
    rng = np.random.default_rng(seed)
    walkers = []
    for _ in range(n):
        y, begins = float(rng.uniform(330, 700)), float(rng.uniform(0, length_s / 2))
        height = 0.35 * y - 30
        left, right = (float(v) for v in (rng.uniform(40, 400), rng.uniform(880, 1240)))
        start, end = ((left, y), (right, y + 20)) if rng.random() < 0.5 else ((right, y), (left, y - 20))
        lasts = (right - left) / (0.8 * height) * float(rng.uniform(0.8, 1.5))
        walkers.append(Walker(start, end, begins, begins + lasts, height))
    return walkers


SCENES: dict[str, Callable[[], list[Walker]]] = {"crossing": crossing, "procession": procession, "crowd": crowd}


def trials(n_crowds: int = 6) -> Iterator[tuple[str, float, list[SceneFrame]]]:
    """Named scenes with their frame rate: what trackers are compared on."""
    for rate_hz in (25.0, 5.0):
        for name, walkers in SCENES.items():
            yield f"{name}/{rate_hz:.0f}", rate_hz, scene(walkers(), irregular(rate_hz, 20.0))
        for seed in range(n_crowds):
            frames = scene(crowd(14, seed=seed + 10), irregular(rate_hz, 20.0, seed=seed), seed=seed, misses=0.06)
            yield f"crowd-{seed}/{rate_hz:.0f}", rate_hz, frames
