"""How this person walks: style, and the angles of hip, knee and ankle over a step.

The curves are the usual ones of gait analysis (hip, knee and ankle flexion over the cycle from heel strike, in tenths), rounded
off to four harmonics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.person import Identity
from haetae.simulator.people.wardrobe import BagKind

_HARMONICS = 4
_CYCLE_M = 1.19  # two steps of somebody of 1.75 m: how far the standing foot moves back under the body, measured on the figures
_CURVES = np.array([
    (28, 26, 18, 9, 0, -8, -9, 10, 25, 31),
    (5, 17, 16, 10, 6, 9, 36, 62, 50, 20),
    (0, -4, 3, 7, 9, 5, -16, -6, 1, 1),
], dtype=np.float64)  # fmt: skip
_WAVES = np.fft.rfft(_CURVES, axis=1)[:, : _HARMONICS + 1] / _CURVES.shape[1]


def stride(phase: float) -> NDArray[np.float64]:
    """(3,) hip, knee, ankle flexion in degrees of the leg whose heel strikes at phase 0 (phase in cycles)."""
    turns = np.exp(2j * np.pi * phase * np.arange(1, _HARMONICS + 1))
    return np.asarray(_WAVES[:, 0].real + 2 * (_WAVES[:, 1:] * turns).real.sum(axis=1))


@dataclass(frozen=True, slots=True)
class Style:
    """Somebody's own way to move. Angles in degrees.

    `cycle_m`: two steps at a natural walk; `amplitude`: of the legs; `limp`: how much shorter the left leg steps, as a share;
    `pocketed`: walks with the hands in the pockets; `left_busy`, `right_busy`: the hand carries something and hardly swings.
    """

    swing: float = 18.0
    arm_spread: float = 8.0
    lean: float = 3.0
    stoop: float = 0.0
    head_pitch: float = 3.0
    head_yaw: float = 0.0
    knees: float = 0.0
    toes_out: float = 4.0
    amplitude: float = 1.0
    sway: float = 1.0
    rhythm: float = 0.0
    cycle_m: float = 1.19
    limp: float = 0.0
    pocketed: bool = False
    left_busy: bool = False
    right_busy: bool = False

    def cycle_at(self, speed: float) -> float:
        """Metres of two steps at `speed` against the natural one, as `walking` draws them: at this length no foot slides."""
        return float(self.cycle_m * np.clip(speed, 0.2, 1.6) ** 0.55)


def style_of(who: Identity) -> Style:
    """The style of an identity: the old stoop, step short and hardly swing their arms; children bounce; bags still an arm."""
    rng = np.random.default_rng([who.seed, 0x57])
    old = who.age_band == "old"
    child = who.age_band == "child"
    female = who.gender == "female"
    frail = float(np.clip(who.body.stoop_deg / 30, 0, 1)) if old else 0.0
    amplitude = float(rng.uniform(0.98, 1.15) * (1 - 0.35 * frail) * (1.06 if child else 1.0))
    carried = who.bag.side if who.bag is not None and who.bag.kind in (BagKind.HANDBAG, BagKind.TOTE, BagKind.DUFFEL) else 0
    return Style(
        swing=float(rng.uniform(10, 26) * (1 - 0.6 * frail) + 5 * child),
        arm_spread=float(rng.uniform(5, 10) + 12 * max(who.build, 0.0) + (3 if who.outerwear is not None else 0) - 1.5 * female),
        lean=float(rng.uniform(0, 6) + 4 * frail),
        stoop=float(who.body.stoop_deg),
        head_pitch=float(rng.uniform(-2, 12)),
        head_yaw=float(rng.uniform(-8, 8)),
        knees=float(12 * frail),
        toes_out=float(rng.uniform(0, 10) + 4 * old),
        amplitude=amplitude,
        sway=float(rng.uniform(0.7, 1.3) * (1.25 if female else 1.0)),
        rhythm=float(rng.uniform(0, 6)),
        cycle_m=float(_CYCLE_M * who.stature_m / 1.75 * amplitude * (0.93 if child else 1.0)),
        limp=float(rng.uniform(0.2, 0.5)) if old and rng.random() < 0.25 else 0.0,
        pocketed=bool(rng.random() < 0.1) and not old and carried == 0,
        left_busy=carried > 0,
        right_busy=carried < 0,
    )
