"""Which crops stand for a tracklet: few, good, and spread over time and appearance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.timing import to_us
from haetae.domain.tracklet import BestShot

_ROWS, _COLUMNS = 8, 4
_ALIKE = 24.0  # mean difference of two thumbnails (0-255) at which they count as half different


@dataclass(frozen=True, slots=True)
class Shot:
    """A kept crop with a thumbnail of its appearance (8 x 4 x 3 bytes), by which the kept ones are spread."""

    best: BestShot
    appearance: bytes


@dataclass(frozen=True, slots=True)
class ShotRule:
    """How many crops are kept, and what a new one must bring. Each taken crop costs a full decode and a write."""

    n: int = 4
    apart_s: float = 0.5
    gain: float = 1.25  # a crop is replaced only by one that is worth so much more
    fair_share: float = 0.5  # of the best quality: below it a crop does not fill a free place


class BestShots:
    """Chooses by `rule`; the shots of a tracklet are a plain tuple, best first."""

    def __init__(self, rule: ShotRule | None = None) -> None:
        self.rule = rule or ShotRule()

    def wanted(self, shots: Sequence[Shot], at_us: int, promise: float) -> bool:
        """Whether a crop captured at `at_us` whose quality is at most about `promise` is worth taking."""
        if not shots:
            return True
        near = [shot for shot in shots if self._near(shot, at_us)]
        if near:
            return promise > self.rule.gain * max(shot.best.quality.total for shot in near)
        if len(shots) < self.rule.n:
            return promise >= self.rule.fair_share * shots[0].best.quality.total
        return promise > self.rule.gain * min(shot.best.quality.total for shot in shots)

    def with_new(self, shots: tuple[Shot, ...], new: Shot) -> tuple[Shot, ...]:
        """The shots to keep out of `shots` and `new`; `shots` itself where the new one brings nothing."""
        at_us, total = to_us(new.best.captured_at), new.best.quality.total
        if not shots:
            return (new,)
        if not self.wanted(shots, at_us, total):
            return shots
        apart = [shot for shot in shots if not self._near(shot, at_us)]
        if len(apart) == len(shots) >= self.rule.n:
            worths = [_worth(shot, [other for other in (*apart, new) if other is not shot]) for shot in apart]
            least = int(np.argmin(worths))
            if _worth(new, apart) <= worths[least] * self.rule.gain:
                return shots
            del apart[least]
        return tuple(sorted((*apart, new), key=lambda shot: -shot.best.quality.total))

    def _near(self, shot: Shot, at_us: int) -> bool:
        return abs(to_us(shot.best.captured_at) - at_us) < self.rule.apart_s * 1e6


def appearance_of(crop: Pixels) -> bytes:
    """A thumbnail of a crop, (8, 4, 3) bytes BGR: means of a coarse grid, enough to tell a turned or half hidden person."""
    height, width = crop.shape[:2]
    rows = np.linspace(0, height - 1, _ROWS * 4).astype(np.intp)
    columns = np.linspace(0, width - 1, _COLUMNS * 4).astype(np.intp)
    sampled = crop[np.ix_(rows, columns)].astype(np.float32)
    return bytes(sampled.reshape(_ROWS, 4, _COLUMNS, 4, 3).mean(axis=(1, 3)).round().astype(np.uint8).tobytes())


def novelty(appearance: bytes, others: Sequence[bytes]) -> float:
    """How unlike the most similar of `others` a thumbnail is: 0 the same, towards 1 unlike; 1 where there are no others."""
    if not others:
        return 1.0
    mine = np.frombuffer(appearance, dtype=np.uint8).astype(np.float32)
    theirs = np.frombuffer(b"".join(others), dtype=np.uint8).reshape(len(others), -1).astype(np.float32)
    apart = float(np.abs(theirs - mine).mean(axis=1).min())
    return apart / (apart + _ALIKE)


def _worth(shot: Shot, others: Sequence[Shot]) -> float:
    """Quality, up to twice as much where nothing similar is kept."""
    return shot.best.quality.total * (1 + novelty(shot.appearance, [other.appearance for other in others]))
