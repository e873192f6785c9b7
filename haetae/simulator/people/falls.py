"""Lying on the floor, and the way there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from haetae.simulator.people.posture import Arm, Leg, LyingKind, Posture, Tilt, blended


def lying(kind: LyingKind, rng: np.random.Generator) -> Posture:
    """On the floor, face down, on the back or on a side, limbs as they fall."""
    u = rng.uniform
    if kind == LyingKind.SIDE:
        arms = [Arm(u(0, 90), u(4, 14), 0, u(5, 90)) for _ in range(2)]
        legs = [Leg(u(0, 80), 0, 0, u(0, 100), -20) for _ in range(2)]
        roll = 90.0 if rng.random() < 0.5 else -90.0
        return Posture(
            arms[0], arms[1], legs[0], legs[1], lean=u(-4, 18), head_yaw=u(-20, 20), head_pitch=u(-5, 15), lying=Tilt(0.0, roll)
        )
    sign = 1.0 if kind == LyingKind.PRONE else -1.0
    arms = [_flat_arm(rng, prone=sign > 0) for _ in range(2)]
    legs = [Leg(u(-2, 6), u(0, 16), u(5, 35), u(0, 14), -38 if sign > 0 else -25) for _ in range(2)]
    if rng.random() < 0.25:
        legs[int(rng.integers(2))] = (
            Leg(u(5, 15), u(25, 45), 60, u(50, 80), -20) if sign > 0 else Leg(u(30, 50), 6, 5, u(60, 95), 0)
        )
    yaw = u(45, 80) * (1 if rng.random() < 0.5 else -1) if sign > 0 else u(-50, 50)
    return Posture(
        arms[0],
        arms[1],
        legs[0],
        legs[1],
        lean=u(-4, 4),
        bend=u(-10, 10),
        head_yaw=yaw,
        head_pitch=0.0,
        lying=Tilt(90.0 * sign, 0.0),
    )


def _flat_arm(rng: np.random.Generator, *, prone: bool) -> Arm:
    """An arm in the plane of the floor: beside the body, away from it or above the head."""
    spread = rng.uniform(8, 150)
    return Arm(
        -4.0 if prone else -2.0, spread, -75.0 if spread > 40 else 0.0, rng.uniform(0, 70) if spread > 40 else rng.uniform(0, 20)
    )


def falling(progress: float, start: Posture, end: Posture) -> Posture:
    """A fall, `progress` 0 (still `start`) to 1 (lies as `end`): the knees give way first, then the body tips ever faster.

    The pelvis moves away from the place by up to 0.5 m the way the body tips; `falling(1, ...)` keeps that offset, so go on with
    it rather than with `end`.
    """
    progress = float(np.clip(progress, 0, 1))
    tilt = end.lying or Tilt()
    tipped = progress**2.2
    limbs = blended(start, end, min(1.0, progress**1.2))
    give = float(np.sin(np.pi * progress**0.8))
    pitched, rolled = tilt.pitch / 90.0, tilt.roll / 90.0
    reach = 35 * give * max(pitched, 0.35)
    folded = (28 if pitched > 0 else 48) * give
    before = start.lying or Tilt()
    away = 0.5 * progress**1.5
    return replace(
        limbs,
        left_arm=_thrown_out(limbs.left_arm, reach, give),
        right_arm=_thrown_out(limbs.right_arm, reach, give),
        left_leg=_buckled(limbs.left_leg, folded, give),
        right_leg=_buckled(limbs.right_leg, folded, give),
        lying=Tilt(before.pitch + (tilt.pitch - before.pitch) * tipped, before.roll + (tilt.roll - before.roll) * tipped),
        lean=limbs.lean + 14 * give * pitched,
        forward_m=start.forward_m + away * pitched,
        left_m=start.left_m - away * rolled,
    )


def _thrown_out(arm: Arm, reach: float, give: float) -> Arm:
    return replace(arm, forward=arm.forward + reach, spread=arm.spread + 22 * give, elbow=arm.elbow + 18 * give)


def _buckled(leg: Leg, folded: float, give: float) -> Leg:
    return replace(leg, hip=leg.hip + folded, knee=leg.knee + 62 * give, ankle=leg.ankle + 12 * give)
